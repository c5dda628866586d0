// Sorts and filters the table of runs, and shows a run's config and manifest. The page is readable without it.
"use strict";

const table = document.getElementById("runs");
const body = table.tBodies[0];
const filter = document.getElementById("filter");
const rows = Array.from(body.rows);
const state = {sort: null, down: false};

// What a cell is sorted by: its number where the column is one of numbers, else its words.
function value(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
}

function compare(one, other) {
  const empty = [one, other].map((x) => x === "" || Number.isNaN(x));
  if (empty[0] || empty[1]) return {last: empty[0] - empty[1]};
  if (typeof one === "number" && typeof other === "number") return {order: one - other};
  return {order: String(one).localeCompare(String(other), undefined, {numeric: true})};
}

function sort(column, down) {
  state.sort = column;
  state.down = down;
  const keyed = rows.map((row, place) => ({row, place, key: value(row, column)}));
  keyed.sort((a, b) => {
    const {last, order} = compare(a.key, b.key);
    // Empty cells stay below, whichever way the others go.
    return last || (down ? -order : order) || a.place - b.place;
  });
  body.append(...keyed.map(({row}) => row));
  for (const head of table.tHead.rows[0].cells) {
    head.setAttribute("aria-sort", head.cellIndex !== column ? "none" : down ? "descending" : "ascending");
  }
}

// Every word must stand in the row; "column=value" must be a column's whole value, "column>0.5" compares numbers.
function matcher(text) {
  const heads = Array.from(table.tHead.rows[0].cells, (head) => head.textContent.trim().toLowerCase());
  const terms = text.toLowerCase().match(/(?:[^\s"]|"[^"]*")+/g) || [];
  const tests = terms.map((term) => {
    const [, name, sign, wanted] = term.replaceAll('"', "").match(/^(.+?)(=|<|>)(.*)$/) || [];
    const column = heads.indexOf((name || "").replaceAll("_", " "));
    if (column < 0 || wanted === "") return (row) => row.textContent.toLowerCase().includes(term.replaceAll('"', ""));
    if (sign === "=") return (row) => row.cells[column].textContent.trim().toLowerCase() === wanted;
    return (row) => {
      const number = value(row, column);
      return typeof number === "number" && (sign === "<" ? number < Number(wanted) : number > Number(wanted));
    };
  });
  return (row) => tests.every((test) => test(row));
}

function search() {
  const matches = matcher(filter.value);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !matches(row);
    shown += !row.hidden;
  }
  const all = shown === rows.length ? "" : ` of ${rows.length}`;
  document.getElementById("count").textContent = `${shown}${all} runs`;
}

// So that a link to the page, and a page that loads itself anew, keep what is shown.
function remember() {
  const kept = new URLSearchParams();
  if (filter.value) kept.set("filter", filter.value);
  if (state.sort !== null) kept.set("sort", `${state.sort}${state.down ? "-" : ""}`);
  history.replaceState(null, "", `#${kept}`);
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  filter.value = kept.get("filter") || "";
  const column = parseInt(kept.get("sort"), 10);
  if (column >= 0 && column < table.tHead.rows[0].cells.length) sort(column, kept.get("sort").endsWith("-"));
  search();
}

// Configs and manifests are packed: of hundreds of runs they are nearly the same.
let unpacked = null;
function details() {
  unpacked ??= (async () => {
    const packed = Uint8Array.from(atob(document.getElementById("packed").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  })();
  return unpacked;
}

async function show(row) {
  const dialog = document.getElementById("details");
  const run = (await details())[row.dataset.run];
  dialog.querySelector("h2").textContent = row.cells[0].textContent;
  dialog.querySelector(".path").textContent = run.path;
  for (const name of ["reason", "config", "manifest"]) {
    dialog.querySelector(`.${name}`).textContent = run[name];
  }
  dialog.showModal();
}

table.tHead.addEventListener("click", (event) => {
  const head = event.target.closest("th");
  if (!head) return;
  sort(head.cellIndex, state.sort === head.cellIndex && !state.down);
  remember();
});
body.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) show(button.closest("tr"));
});
filter.addEventListener("input", () => {
  search();
  remember();
});
recall();

// A page that is served while a sweep runs asks whether there is a newer one.
const version = document.documentElement.dataset.version;
if (version) {
  setInterval(async () => {
    const newest = await fetch("version").then((answer) => answer.text()).catch(() => version);
    const reading = document.getElementById("details").open || document.activeElement === filter;
    if (newest !== version && !reading) location.reload();
  }, 2000);
}
