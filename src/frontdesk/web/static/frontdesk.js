// The little that HTML and htmx do not do: say when a page has gone stale, and keep the newest message in sight.
(() => {
  "use strict";
  let seen = new Date();

  const stale = (is) => {
    document.getElementById("stale").hidden = !is;
    if (!is) seen = new Date();
    else document.getElementById("stale-since").textContent = seen.toLocaleTimeString();
  };
  document.addEventListener("htmx:error", () => stale(true));
  document.addEventListener("htmx:response:error", () => stale(true));

  const followed = new WeakMap(); // element -> whether it was scrolled to its end before the swap
  const atEnd = (el) => el.scrollHeight - el.scrollTop - el.clientHeight < 48;
  const each = (act) => document.querySelectorAll("[data-follow]").forEach(act);
  const toEnd = (el) => { el.scrollTop = el.scrollHeight; };

  document.addEventListener("htmx:before:swap", () => each((el) => followed.set(el, atEnd(el))));
  document.addEventListener("htmx:after:swap", () => {
    stale(false);
    each((el) => { if (followed.get(el) !== false) toEnd(el); });
  });
  document.addEventListener("DOMContentLoaded", () => each(toEnd));
})();
