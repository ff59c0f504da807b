// Keeps a page fresh without a reload. Without scripts the page is the same, only still.
const live = document.getElementById("standing-live");
let readAt = new Date();

// What somebody has typed or chosen and not sent yet.
const typed = () => [...document.querySelectorAll("form input, form textarea, form select")].some((field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
    : field.matches("select") ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected))
      : field.type !== "hidden" && field.value !== field.defaultValue);

// Somebody who is typing, copying or saving a picture is not interrupted.
const busy = () => typed()
  || (document.activeElement && document.activeElement.closest("form, textarea")) || document.querySelector(".message img");

// A time as all others on these pages, in China, with the day where it isn't today's, and with its age.
function said(time) {
  const china = (moment) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(moment);
  const [then, now] = [china(time), china(Date.now())];
  const clock = then.slice(0, 10) === now.slice(0, 10) ? then.slice(11) : then.slice(0, 4) === now.slice(0, 4) ? then.slice(5) : then;
  const minutes = Math.floor((Date.now() - time) / 60000);
  const age = minutes < 120 ? [-minutes, "minute"] : minutes < 2880 ? [-Math.floor(minutes / 60), "hour"] : [-Math.floor(minutes / 1440), "day"];
  return `${clock} (${new Intl.RelativeTimeFormat(document.documentElement.lang).format(...age)})`;
}

async function refresh() {
  // The answer to a form is no page to ask for again, and may show what is shown once.
  if ("still" in document.body.dataset) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    // What somebody has unfolded stays so.
    for (const one of document.querySelectorAll("details[id]")) {
      const same = fresh.getElementById(one.id);
      if (same) same.open = one.open;
    }
    for (const part of busy() ? ["#standing"] : ["main", "#standing"]) {
      const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
      if (old && now && old.outerHTML !== now.outerHTML) old.replaceWith(now);
    }
    readAt = new Date();
    if (live) live.hidden = true;
  } catch {
    if (!live) return;
    const away = live.dataset.away || document.body.dataset.away;
    live.textContent = `${away} ${said(readAt)}`;
    live.hidden = false;
  }
}

// The server says when something changed. Where it can't (too many pages, an old browser, a line that broke), the page
// asks every few seconds; and now and then in any case. Whoever may see one place only isn't told of the others' changes.
// A browser keeps six lines to one host: a tab that nobody looks at gives its line back.
let source = null;
const listens = () => source !== null && source.readyState === EventSource.OPEN;
let refreshing = null;
// At once after a quiet while; while news keeps coming, every three seconds, and not all pages at the same moment.
let refreshedAt = -Infinity;
const soon = () => {
  const wait = Math.max(400, 3000 - (performance.now() - refreshedAt)) + Math.random() * 400;
  refreshing = refreshing || setTimeout(() => { refreshing = null; refreshedAt = performance.now(); refresh(); }, wait);
};
function listen() {
  if (source) source.close();
  source = document.hidden || !window.EventSource || "polls" in document.body.dataset ? null : new EventSource("/live");
  if (source) source.addEventListener("message", soon);
}
listen();
document.addEventListener("visibilitychange", listen);
addEventListener("pagehide", () => { if (source) source.close(); });
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
let asked = 0;
setInterval(() => { asked += 1; if (!listens() || asked % 12 === 0) refresh(); }, 5000);

// A page over plain HTTP has no clipboard: what is selected is copied the old way.
function copy(button) {
  const text = document.getElementById(button.dataset.copy);
  text.focus();
  text.select();
  if (document.execCommand("copy")) {
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  }
}

// Chats take pictures that were long-pressed; only an image can be.
function picture(button) {
  const lines = document.getElementById(button.dataset.picture).value.split("\n");
  const [size, edge] = [32, 40];
  const font = `${size}px "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif`;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = font;
  const wrapped = lines.flatMap((line) => wrap(line, pen, 1000));
  canvas.width = 1000 + 2 * edge;
  canvas.height = wrapped.length * size * 1.6 + 2 * edge;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#14181d";
  pen.font = font;
  wrapped.forEach((line, row) => pen.fillText(line, edge, edge + size + row * size * 1.6));
  const image = button.parentElement.querySelector("img") || button.parentElement.appendChild(new Image());
  image.alt = lines.join(" ");
  image.src = canvas.toDataURL("image/png");
}

function wrap(line, pen, width) {
  const rows = [""];
  for (const letter of line) {
    if (pen.measureText(rows.at(-1) + letter).width > width) rows.push("");
    rows[rows.length - 1] += letter;
  }
  return rows;
}

// A second click on a button sends nothing a second time; whoever comes back to the page may.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-picture]");
  if (button) (button.dataset.copy ? copy : picture)(button);
});
document.documentElement.classList.add("scripted");
