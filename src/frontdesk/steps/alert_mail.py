"""E-mail to the operator: one letter handed to a server, or a server asked whether it would take one.

All of it waits, as smtplib does: call it in a thread.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from frontdesk.providers.posted import Fate, Posted
from frontdesk.steps.alert_parcel import Parcel

__all__ = ["ask_server", "send_mail"]

_AUTH, _CERTIFICATE, _TLS, _ADDRESSES = "auth", "certificate", "tls", "addresses"
_OPEN, _UNREACHED = "unencrypted", "unreached"


@dataclass(frozen=True, slots=True)
class _Server:
    """SMTP_URL, taken apart."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    def sender(self, to: str) -> str:
        """The address that letters come from."""
        return self.user if "@" in self.user else f"frontdesk@{to.rpartition('@')[2]}"


def send_mail(url: str, to: str, parcel: Parcel, business: str, seconds: float) -> Posted:
    """Send one mail and wait for the server's word; `seconds` bounds each answer."""
    where = _taken_apart(url)
    letter = EmailMessage()
    letter["Subject"] = f"[{business}] {parcel.severity}: {' '.join(parcel.title.split())}"[:200]
    letter["From"] = where.sender(to)
    letter["To"] = to
    letter["Date"] = parcel.at
    letter["Message-ID"] = f"<{parcel.id}@frontdesk.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(parcel.body + (f"\n\nAcknowledge: {parcel.link}\n" if parcel.link else "\n"))
    handed = False
    try:
        with _logged_in(where, seconds) as server:
            handed = True
            server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        return _trouble(where.host, error, handed)
    return Posted(Fate.DELIVERED, f"{where.host} took it.")


def ask_server(url: str, to: str, seconds: float) -> Posted:
    """Go as far with a server as a letter would, and hand it none: connection, TLS, login, both addresses."""
    where = _taken_apart(url)
    try:
        with _logged_in(where, seconds) as server:
            code, _ = server.mail(where.sender(to))
            if code != 250:
                return _refused(where.host, code, f"takes no mail from {where.sender(to)}", _ADDRESSES)
            code, _ = server.rcpt(to)
            if code not in (250, 251):
                return _refused(where.host, code, "does not take mail for ALERT_EMAIL", _ADDRESSES)
            server.rset()
            closed = isinstance(server.sock, ssl.SSLSocket)
    except (OSError, smtplib.SMTPException) as error:
        return _trouble(where.host, error, handed=False)
    if where.user and not closed:
        return Posted(Fate.DELIVERED, f"{where.host} takes the password unencrypted.", code=_OPEN)
    known = "knows the user and " if where.user else ""
    return Posted(Fate.DELIVERED, f"{where.host} {known}takes mail for {to}{'' if closed else ', unencrypted'}.")


def _taken_apart(url: str) -> _Server:
    parts = urlsplit(url)
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return _Server(parts.scheme, parts.hostname or "localhost", port, user, password)


@contextmanager
def _logged_in(where: _Server, seconds: float) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted at once with smtps and else where the server can, and logged in where there is a user."""
    context = ssl.create_default_context()
    if where.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(where.host, where.port, timeout=seconds, context=context)
    else:
        server = smtplib.SMTP(where.host, where.port, timeout=seconds)
    try:
        server.ehlo()
        if where.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if where.user:
            server.login(where.user, where.password)
        yield server
        with suppress(OSError, smtplib.SMTPException):  # what it took is taken, whatever it says at the end
            server.quit()
    finally:
        server.close()


def _trouble(host: str, error: OSError | smtplib.SMTPException, handed: bool) -> Posted:
    """What an error means. The server's own words may hold anything, and are left out."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = f"{host} refuses the user or password of SMTP_URL: set it anew."
        return Posted(Fate.STOPPED, said, code=_AUTH, for_operator=True)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        said = f"{host} offers no login: take the user out of SMTP_URL, or use the port for submission (587)."
        return Posted(Fate.STOPPED, said, code=_AUTH, for_operator=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((value[0] for value in error.recipients.values()), 550)
        return _refused(host, code, "does not take mail for ALERT_EMAIL", str(code))
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(host, error.smtp_code, "refused the mail", str(error.smtp_code))
    if isinstance(error, ssl.SSLCertVerificationError):
        said = f"{host} shows a certificate that does not hold ({error.verify_message})."
        return Posted(Fate.LATER, said, code=_CERTIFICATE, may_have_arrived=handed)
    if isinstance(error, ssl.SSLError):
        return Posted(Fate.LATER, f"{host} speaks no TLS on this port.", code=_TLS, may_have_arrived=handed)
    said = f"{host} was not reached ({type(error).__name__})."
    return Posted(Fate.LATER, said, code=_UNREACHED, may_have_arrived=handed)


def _refused(host: str, status: int, what: str, code: str) -> Posted:
    """4xx passes, 5xx does not (RFC 5321)."""
    fate = Fate.LATER if 400 <= status < 500 else Fate.REFUSED
    return Posted(fate, f"{host} {what} ({status}).", status, code, for_operator=fate is Fate.REFUSED)
