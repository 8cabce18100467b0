"""The simulated carrier over real HTTP: what it takes, says, posts and forgets."""

import time
from urllib.parse import parse_qs

import httpx2
import pytest
from carrier_bench import ACCOUNT, DESK, LEAD, TOKEN, bench, run

from frontdesk.errors import AccountRefused, Rejected, SetupError, Throttled
from frontdesk.simulator import Faults, serve
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.messages import MessageLog, SimulatedMessage


def test_a_message_goes_out_and_its_receipts_come_back_in_order() -> None:
    async def story() -> None:
        async with bench() as at:
            sid = await at.send("Grüße 👍", media_urls=("https://m.test/a.png", "https://m.test/b.png"))
            await at.carrier.wait_for(1, timeout=2)
            await at.carrier.settled(timeout=5)
            (sent,) = at.carrier.sent
            assert (sent.sid, sent.body, sent.to, sent.from_) == (sid, "Grüße 👍", LEAD, DESK)
            assert [url for url, _ in sent.media] == ["https://m.test/a.png", "https://m.test/b.png"]
            assert [status for status, _ in sent.history] == ["queued", "sent", "delivered"]
            assert [(receipt.provider_status, receipt.ledger_id) for receipt in at.receipts] == [
                ("queued", 41),
                ("sent", 41),
                ("delivered", 41),
            ]
            assert {receipt.provider_message_id for receipt in at.receipts} == {sid}
            assert sent.accepted_at <= time.monotonic()

    run(story())


def test_a_phone_writes_and_the_desk_hears_it_signed() -> None:
    async def story() -> None:
        async with bench() as at:
            text = "a\x00b ü & = + % 👍🏽\n"
            assert await at.carrier.text(LEAD, DESK, text) == [200]
            assert await at.carrier.text(LEAD, DESK, "", media=[("https://m.test/a", "image/png")]) == [200]
            assert await at.carrier.text(f"whatsapp:{LEAD}", f"whatsapp:{DESK}", "hola") == [200]
            assert [(heard.channel, heard.from_address, heard.body) for heard in at.heard] == [
                ("sms", LEAD, text),
                ("sms", LEAD, ""),
                ("whatsapp", LEAD, "hola"),
            ]
            (there,) = at.heard[1].media
            assert there.content_type == "image/png"
            async with httpx2.AsyncClient(trust_env=False) as http:
                assert (await http.get(there.url)).headers["location"] == "https://m.test/a"
                assert (await http.get(there.url + "0")).status_code == 404

    run(story())


def test_a_repeated_text_has_one_sid_and_one_token() -> None:
    async def story() -> None:
        async with bench() as at:
            sid = "SM" + "a" * 32
            assert await at.carrier.text(LEAD, DESK, "hi", times=3, sid=sid) == [200, 200, 200]
            assert await at.carrier.text(LEAD, DESK, "hi", sid=sid) == [200]
            at.carrier.faults.next("duplicates")
            assert await at.carrier.text(LEAD, DESK, "again") == [200, 200]
            assert [heard.provider_message_id for heard in at.heard][:4] == [sid] * 4
            assert len(set(at.tokens[:4])) == 1
            assert at.tokens[4] == at.tokens[5] != at.tokens[0]
            assert [message.body for message in at.carrier.phone(LEAD)] == ["hi", "again"]

    run(story())


def test_a_webhook_is_retried_only_as_its_url_asks() -> None:
    async def story() -> None:
        async with bench() as at:
            at.answers[:] = [503]
            assert await at.carrier.text(LEAD, DESK, "lost") == [503]
            at.carrier.hooks.sms_url += "#rc=2&rp=all"
            at.answers[:] = [503, 500]
            assert await at.carrier.text(LEAD, DESK, "kept") == [200]
            at.answers[:] = [503, 503, 503, 200]
            assert await at.carrier.text(LEAD, DESK, "given up") == [503]
            assert [heard.body for heard in at.heard] == ["kept"]
            at.carrier.hooks.sms_url = "http://127.0.0.1:1/nobody"
            assert await at.carrier.text(LEAD, DESK, "nobody there") == [0]
            at.carrier.hooks.sms_url = ""
            assert await at.carrier.text(LEAD, DESK, "no hook") == []

    run(story())


def test_stop_and_start_are_the_carriers_own_business() -> None:
    async def story() -> None:
        async with bench() as at:
            await at.carrier.text(LEAD, DESK, "YES")
            await at.carrier.text(LEAD, DESK, " stop ")
            await at.carrier.text(LEAD, DESK, "STOP")
            with pytest.raises(Rejected) as caught:
                await at.send()
            assert caught.value.code == "21610"
            await at.carrier.text(LEAD, DESK, "Start")
            await at.send("welcome back")
            await at.carrier.text(LEAD, DESK, "help")
            await at.carrier.text(f"whatsapp:{LEAD}", f"whatsapp:{DESK}", "STOP")
            await at.send("on WhatsApp nobody stopped it", channel="whatsapp")
            chat = [(message.direction, message.body[:24]) for message in at.carrier.phone(LEAD)]
            assert chat == [
                ("inbound", "YES"),
                ("inbound", " stop "),
                ("outbound-reply", "You have successfully be"),
                ("inbound", "STOP"),
                ("inbound", "Start"),
                ("outbound-reply", "You have successfully be"),
                ("outbound-api", "welcome back"),
                ("inbound", "help"),
                ("outbound-reply", "Reply STOP to unsubscrib"),
            ]
            assert len(at.heard) == 6

    run(story())


def test_receipts_can_be_reordered_doubled_missing_and_bad() -> None:
    async def story() -> None:
        async with bench() as at:
            for fault, expected in [
                (Fault.REORDER_RECEIPTS, ["delivered", "sent", "queued"]),
                (Fault.DUPLICATES, ["queued", "queued", "sent", "delivered"]),
                (Fault.NO_RECEIPTS, []),
                (Fault.UNDELIVERED, ["queued", "sent", "undelivered"]),
            ]:
                at.receipts.clear()
                at.carrier.faults.next(fault)
                await at.send()
                await at.carrier.settled(timeout=5)
                assert [receipt.provider_status for receipt in at.receipts] == expected
            assert at.receipts[-1].error_code == "30003"
            assert [message.status for message in at.carrier.sent] == ["delivered"] * 3 + ["undelivered"]

    run(story())


def test_wrong_credentials_and_a_body_that_is_no_form_are_refused_as_twilio_does() -> None:
    async def story() -> None:
        async with bench(token="wrong") as at:
            with pytest.raises(AccountRefused) as caught:
                await at.send()
            assert caught.value.code == "20003"
            async with httpx2.AsyncClient(auth=(ACCOUNT, TOKEN), trust_env=False) as http:
                url = f"{at.base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
                assert (await http.post(url, json={"To": LEAD})).status_code == 415

    run(story())


def test_another_process_can_steer_the_carrier() -> None:
    async def story() -> None:
        async with bench() as at, httpx2.AsyncClient(base_url=at.base_url, trust_env=False) as http:
            assert (await http.post("/simulator/hooks", json={"sms_url": f"{at.desk_url}/sms"})).status_code == 200
            given = {"from": LEAD, "to": DESK, "body": "hi", "times": 2, "media": [["https://m.test/a", "image/png"]]}
            assert (await http.post("/simulator/texts", json=given)).json() == {"statuses": [200, 200]}
            assert (await http.post("/simulator/faults", json={"next": {"throttle": 1}, "delay_seconds": 0})).is_success
            with pytest.raises(Throttled):
                await at.send()
            sid = await at.send("out")
            seen = (await http.get("/simulator/messages", params={"phone": LEAD})).json()
            assert [(one["direction"], one["body"], one["from"]) for one in seen["messages"]] == [
                ("inbound", "hi", LEAD),
                ("outbound-api", "out", DESK),
            ]
            assert (seen["accepted"], seen["messages"][1]["sid"]) == (1, sid)
            for path, wrong in [("faults", {"trottle": 1}), ("faults", {"next": {"x": 1}}), ("texts", {"to": DESK})]:
                assert (await http.post(f"/simulator/{path}", json=wrong)).status_code == 400
            plain = await http.post("/simulator/texts", content=b"{}", headers={"content-type": "text/plain"})
            assert plain.status_code == 400

    run(story())


def test_the_dice_fall_alike_for_the_same_seed() -> None:
    def throws(seed: int) -> list[bool]:
        faults = Faults(seed=seed, throttle=0.3)
        return [faults.strikes(Fault.THROTTLE) for _ in range(200)]

    assert throws(1) == throws(1) != throws(2)
    assert 30 < sum(throws(1)) < 90


def test_the_log_forgets_the_oldest() -> None:
    log = MessageLog(keep=2)
    for sid in ("SM1", "SM2", "SM3"):
        log.add(SimulatedMessage(sid, "inbound", LEAD, DESK, sid))
    assert ([message.sid for message in log], log.get("SM1"), len(log)) == (["SM2", "SM3"], None, 2)


def test_waiting_ends_with_a_timeout_and_a_taken_port_with_a_sentence() -> None:
    async def story() -> None:
        async with bench() as at:
            with pytest.raises(TimeoutError):
                await at.carrier.wait_for(1, timeout=0.05)
            with pytest.raises(SetupError, match="choose another"):
                async with serve(at.carrier, port=int(at.base_url.rpartition(":")[2])):
                    pass

    run(story())


def test_a_callback_that_is_no_url_is_refused() -> None:
    async def story() -> None:
        async with bench() as at, httpx2.AsyncClient(auth=(ACCOUNT, TOKEN), trust_env=False) as http:
            url = f"{at.base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            form = {"To": LEAD, "From": DESK, "Body": "x", "StatusCallback": "nowhere"}
            answer = await http.post(url, data=form)
            assert answer.json()["code"] == 21609
            assert parse_qs(answer.request.content.decode())["StatusCallback"] == ["nowhere"]

    run(story())
