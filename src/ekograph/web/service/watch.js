// On pages of `ekograph serve --watch`: reloads when another snapshot is in service, shows the findings
// when the newest state of the sources does not conform.
const EVERY = 500;
let shown = null;

function panel(trouble) {
  const box = document.createElement("section");
  box.id = "watch";
  box.setAttribute("role", "alert");
  const title = document.createElement("strong");
  title.textContent = trouble.text;
  const findings = document.createElement("pre");
  findings.textContent = trouble.findings;
  box.append(title, findings);
  Object.assign(box.style, {
    position: "fixed", inset: "auto 0 0 0", maxHeight: "60vh", overflow: "auto", zIndex: 1000, margin: 0,
    padding: "1rem 1.5rem", background: "#3b0d0c", color: "#fff", borderTop: "4px solid #ff8a80",
  });
  findings.style.whiteSpace = "pre-wrap";
  return box;
}

function tell(trouble) {
  document.getElementById("watch")?.remove();
  if (trouble) document.body.append(panel(trouble));
}

async function look() {
  try {
    const health = await (await fetch("/health", { cache: "no-store" })).json();
    shown ??= health.snapshot;
    if (health.snapshot !== shown) location.reload();
    else tell(health.trouble);
  } catch {
    // The server is being started again: the next look will tell.
  }
  setTimeout(look, EVERY);
}

look();
