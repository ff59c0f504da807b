// Keeps a page fresh without a reload. Without scripts the page is the same, only still.
const live = document.getElementById("standing-live");
let readAt = new Date();

// Somebody who is typing is not interrupted.
const busy = () => document.activeElement && document.activeElement.closest("form");

async function refresh() {
  if (busy()) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (busy()) return;
    for (const part of ["main", "#standing"]) {
      const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
      if (old && now && old.outerHTML !== now.outerHTML) old.replaceWith(now);
    }
    readAt = new Date();
    if (live) live.hidden = true;
  } catch {
    if (!live) return;
    const away = live.dataset.away || (document.documentElement.lang === "en" ? "This machine is away. Last read at" : "连不上主机。最后一次读到：");
    live.textContent = `${away} ${readAt.toLocaleTimeString()}`;
    live.hidden = false;
  }
}

setInterval(refresh, 5000);
