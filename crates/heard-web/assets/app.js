// Everything works without this file. It adds the theme switch without a reload, keys, dialogs, fragments instead of whole
// pages, and the progress of an import. It never builds HTML: it asks for the page and takes the part it needs.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const still = matchMedia('(prefers-reduced-motion: reduce)');

const say = text => {
  const box = $('#say');
  if (box) box.textContent = text;
};

// ---------- parts of pages ----------

/** Replaces the elements with these ids by those of the page at `url`. Returns the address it ended at. */
async function swap(url, ids, options = {}) {
  const places = ids.map(id => document.getElementById(id)).filter(Boolean);
  places.forEach(place => place.setAttribute('aria-busy', 'true'));
  try {
    const answer = await fetch(url, { credentials: 'same-origin', headers: { accept: 'text/html' }, ...options });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = ids.map(id => page.getElementById(id));
    if (answer.redirected && !found.some(Boolean)) {
      location.assign(answer.url); // signed out meanwhile: the sign-in page has none of these parts
      return answer.url;
    }
    if (!answer.ok && !found.some(Boolean)) throw new Error(page.querySelector('h1')?.textContent ?? `${answer.status}`);
    found.forEach((part, i) => {
      const place = document.getElementById(ids[i]);
      if (part && place) place.replaceWith(document.adoptNode(part));
    });
    return answer.url;
  } finally {
    ids.forEach(id => document.getElementById(id)?.removeAttribute('aria-busy'));
  }
}

const partsOf = element => (element.dataset.swap ?? '').split(' ').filter(Boolean);

/** Marks the link in a list that leads to the open feedback. */
function markCurrent(link) {
  $$('[data-keys] [aria-current]').forEach(other => other.removeAttribute('aria-current'));
  link.setAttribute('aria-current', 'true');
  link.scrollIntoView({ block: 'nearest' });
}

async function follow(link, push = true) {
  markCurrent(link);
  try {
    await swap(link.href, partsOf(link));
    if (push) history.pushState({ swapped: partsOf(link) }, '', link.href);
    say('Opened');
  } catch {
    location.assign(link.href);
  }
}

document.addEventListener('click', event => {
  const link = event.target.closest('a[data-swap]');
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  // On a narrow screen the list gives way to the pane: there the whole page is the part.
  if (!link || !plain || matchMedia('(width < 66rem)').matches) return;
  event.preventDefault();
  follow(link);
});

addEventListener('popstate', () => location.reload());

// ---------- forms ----------

/** Shows at once what a correction will say; the server's own words follow. */
function foresee(form) {
  for (const choice of $$('[data-choice]', form)) {
    const label = document.getElementById(choice.dataset.choice), field = $('select', choice);
    if (!label || !field || field.value === choice.dataset.was) continue;
    const word = $('[data-word]', label), sure = $('.sure', label);
    if (word) word.textContent = field.selectedOptions[0]?.textContent ?? field.value;
    if (sure) sure.textContent = 'saving';
    label.classList.add('fixed');
  }
}

document.addEventListener('submit', async event => {
  const form = event.target;
  if (form.matches('[data-theme-form]')) {
    event.preventDefault();
    return switchTheme();
  }
  const sure = event.submitter?.dataset.sure;
  if (sure && !confirm(sure)) {
    event.preventDefault();
    return;
  }
  if (!form.matches('form[data-swap]')) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const focus = form.dataset.focus;
  foresee(form);
  try {
    const url = await swap(form.action, partsOf(form), { method: 'POST', body });
    if (!url.includes(location.pathname)) history.replaceState(null, '', url);
    say('Saved');
    (focus && document.getElementById(focus) || $('#pane'))?.focus({ preventScroll: true });
  } catch (problem) {
    say(`Not saved: ${problem.message}`);
    form.submit(); // the whole page says what is wrong
  }
});

/** A form with data-preview shows how it would look while it is filled in. */
for (const form of $$('form[data-preview]')) {
  let wait;
  form.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(async () => {
      const body = new URLSearchParams(new FormData(form));
      try { await swap(form.dataset.preview, ['preview'], { method: 'POST', body }); } catch { /* the button still shows it */ }
    }, 400);
  });
}

// ---------- theme ----------

function switchTheme() {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const next = (root.dataset.theme ?? (dark ? 'dark' : 'light')) === 'dark' ? 'light' : 'dark';
  const set = () => { root.dataset.theme = next; };
  document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
  if (document.startViewTransition && !still.matches) document.startViewTransition(set);
  else set();
}

// ---------- dialogs and menus ----------

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-open]');
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  for (const menu of $$('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  for (const menu of $$('details.menu[open]')) {
    menu.open = false;
    $('summary', menu)?.focus();
  }
});

// ---------- the words a label rests on ----------

function light(label, on) {
  const name = label?.dataset.label;
  if (!name) return;
  const pane = label.closest('#pane') ?? document;
  for (const mark of $$('mark[data-of]', pane)) {
    if (mark.dataset.of.split(' ').includes(name)) mark.classList.toggle('lit', on);
  }
}
for (const [type, on] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]]) {
  document.addEventListener(type, event => light(event.target.closest?.('[data-label]'), on));
}

// ---------- keys ----------
// Never while typing, never with a modifier; can be switched off under "?" (WCAG 2.1.4).

const keysOff = () => {
  try { return localStorage.getItem('keys') === 'off'; } catch { return false; }
};

function step(by) {
  const links = $$('[data-keys] a.item');
  if (links.length) {
    const at = links.findIndex(link => link.getAttribute('aria-current') === 'true');
    const next = links[Math.max(0, Math.min(links.length - 1, at + by))];
    if (!next || (links.indexOf(next) === at && at >= 0)) {
      const more = $(by > 0 ? 'a[rel=next]' : 'a[rel=prev]');
      return more && location.assign(more.href);
    }
    next.focus({ preventScroll: true });
    return matchMedia('(width < 66rem)').matches ? next.scrollIntoView({ block: 'nearest' }) : follow(next);
  }
  const quotes = $$('[data-keys] .quote');
  const at = quotes.indexOf(document.activeElement?.closest?.('.quote'));
  const next = quotes[Math.max(0, Math.min(quotes.length - 1, at < 0 ? 0 : at + by))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest', behavior: still.matches ? 'auto' : 'smooth' });
}

/** From label to label of the open comment; each lights the words it rests on. */
function nextLabel(by) {
  const labels = $$('#pane a.reads');
  const at = labels.indexOf(document.activeElement);
  labels[at < 0 ? (by > 0 ? 0 : labels.length - 1) : (at + by + labels.length) % labels.length]?.focus();
}

/** Opens the correction of the passage one is at, else of the first, at one of its fields. */
function correct(field) {
  const fix = $('details.fix', document.activeElement?.closest?.('#pane .passage') ?? $('#pane') ?? document.body);
  if (!fix) return;
  fix.open = true;
  $(field, fix)?.focus();
}

// Control and Enter save a correction from any of its fields.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.ctrlKey) event.target.closest?.('details.fix form')?.requestSubmit();
});

// A label leads to why it is there; the address stays, for going back from a fragment loads the page anew.
document.addEventListener('click', event => {
  const label = event.target.closest?.('a.reads');
  const row = label && document.getElementById(label.hash.slice(1)), why = row?.closest('details');
  if (!why) return;
  event.preventDefault();
  why.open = true;
  row.scrollIntoView({ block: 'nearest' });
});

const act = {
  p: () => pauseButton?.click(),
  j: () => step(1),
  k: () => step(-1),
  '/': () => $('#find')?.showModal(),
  '?': () => $('#keys')?.showModal(),
  o: () => $('a[data-opens]', document.activeElement?.closest?.('.quote') ?? document.body)?.click(),
  e: () => correct('select, input:not([type=hidden])'),
  s: () => correct('[name=sentiment]'),
  g: () => correct('[name=stage]'),
  c: () => correct('select[name=category]'),
  i: () => correct('[name=intent]'),
  l: () => nextLabel(1),
  L: () => nextLabel(-1),
};

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
  if (event.target.closest?.('input, textarea, select, [contenteditable], dialog')) return;
  const own = /^[1-9a-z]$/.test(event.key) && $(`[data-key="${event.key}"]`);
  const does = own ? () => own.click() : Object.hasOwn(act, event.key) && act[event.key];
  if (does) {
    event.preventDefault();
    does();
  }
});

const keySwitch = $('#keys-on');
if (keySwitch) {
  keySwitch.closest('[hidden]')?.removeAttribute('hidden');
  keySwitch.checked = !keysOff();
  keySwitch.addEventListener('change', () => {
    try { localStorage.setItem('keys', keySwitch.checked ? 'on' : 'off'); } catch { /* private window */ }
  });
}

// ---------- what arrives ----------
// One stream a browser: the tab that holds the lock listens and tells the others. It carries only hints; each part asks for
// itself again, with its own filters. Hidden tabs neither listen nor ask, and ask once when they are seen again.

const card = $('[data-live]'), held = $('[data-held]'), pauseButton = $('[data-pause]');
const alertsHere = () => $('[data-alerts]');
const live = { last: '', paused: false, source: null, release: null, wait: 1000, due: 0, timer: 0 };
const arrivals = typeof BroadcastChannel === 'function' && (card || held || alertsHere()) ? new BroadcastChannel('heard-live') : null;

async function fragment(url, id) {
  const answer = await fetch(url, { credentials: 'same-origin', headers: { accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const part = page.getElementById(id);
  if (!answer.ok || !part) throw new Error(`${answer.status}`);
  return document.adoptNode(part);
}

async function freshCard() {
  const old = $('#arriving');
  if (!old) return;
  const newest = old.firstElementChild?.id.replace('arrived-', '');
  if (live.paused) {
    const url = new URL(card.dataset.live, location.href);
    if (newest) url.searchParams.set('after', newest);
    const waiting = Number((await fragment(url, 'arriving')).dataset.new);
    $('span', pauseButton).textContent = waiting ? `Resume, ${waiting} waiting` : 'Resume';
    return;
  }
  const known = new Set($$('li', old).map(row => row.id));
  const part = await fragment(card.dataset.live, 'arriving');
  for (const row of $$('li[id]', part)) row.classList.toggle('fresh', !known.has(row.id));
  if ($('.fresh', part)) $('[data-stale]', card)?.removeAttribute('hidden');
  const focused = old.contains(document.activeElement) && document.activeElement.closest('li')?.id;
  old.replaceWith(part);
  if (focused) (document.getElementById(focused) ?? part).querySelector('a')?.focus({ preventScroll: true });
  const rate = $('[data-rate]', card);
  if (rate) rate.textContent = part.dataset.rate;
}

async function freshHeld() {
  const part = await fragment(held.dataset.held, 'arrived');
  const rows = $$('li', part).filter(row => !document.getElementById(row.firstElementChild.id));
  $('span', held).textContent = `${rows.length}${part.hasAttribute('data-more') ? '+' : ''} new`;
  held.hidden = rows.length === 0;
  return rows;
}

held?.addEventListener('click', async () => {
  const rows = await freshHeld();
  const list = document.getElementById(held.dataset.into);
  for (const row of rows) row.firstElementChild.classList.add('fresh');
  list.prepend(...rows);
  held.hidden = true;
  rows[0]?.firstElementChild.focus({ preventScroll: true });
  list.closest('.list')?.scrollTo({ top: 0 });
  say(`${rows.length} new shown`);
});

/** Asks at once, then at most once a second; and once more a little later, for words take a moment to be found. */
function fresh() {
  clearTimeout(live.timer);
  const wait = Math.max(0, live.due - Date.now());
  live.timer = setTimeout(async () => {
    if (document.hidden) return;
    live.due = Date.now() + 1000;
    try {
      if (card) await freshCard();
      if (held) await freshHeld();
    } catch { /* the next hint asks again */ }
  }, wait);
  clearTimeout(live.later);
  live.later = setTimeout(() => document.hidden || live.paused || fresh.once?.(), 2500);
}
fresh.once = async () => {
  try {
    if (card && !live.paused) await freshCard();
    if (held) await freshHeld();
  } catch { /* nothing is lost */ }
};

function state(on) {
  card?.classList.toggle('on', on && !live.paused);
  const words = card && $('[data-state]', card);
  if (words) words.textContent = live.paused ? 'Paused' : on ? 'Live' : 'Connecting';
}

/** What somebody on duty is told stands on every page until they have seen it; only what is new is said aloud. */
async function freshAlerts(told) {
  const old = alertsHere();
  if (!old) return;
  try {
    const part = await fragment(old.dataset.alerts, 'alerts');
    const before = Number(old.dataset.count ?? 0), now = Number(part.dataset.count ?? 0);
    old.replaceWith(part);
    if (told && now > before) say($('li', part)?.textContent ?? 'An alert');
  } catch { /* the next alert asks again */ }
}
if (alertsHere()?.hidden) freshAlerts(false);

function heard(kind, id) {
  if (kind === 'alert') return freshAlerts(true);
  if (id) live.last = id;
  if (kind === 'bye') return state(false);
  state(true);
  if (kind !== 'hello') fresh();
}

function listen() {
  if (document.hidden || !live.release) return;
  document.documentElement.dataset.listens = 'true';
  live.source = new EventSource(live.last ? `/live?after=${live.last}` : '/live');
  for (const kind of ['hello', 'news', 'reset', 'alert', 'bye']) {
    live.source.addEventListener(kind, event => {
      if (kind === 'hello') live.wait = 1000;
      arrivals.postMessage({ kind, id: event.lastEventId });
      heard(kind, event.lastEventId);
    });
  }
  live.source.addEventListener('error', () => {
    state(false);
    if (live.source?.readyState !== EventSource.CLOSED) return; // the browser itself tries again
    live.source = null;
    live.retry = setTimeout(listen, live.wait * (1 + Math.random()));
    live.wait = Math.min(60000, live.wait * 2);
  });
}

/** Waits for its turn to listen; keeps it until the tab is hidden. */
function queue() {
  if (live.asked || !navigator.locks) return;
  live.asked = new AbortController();
  navigator.locks.request('heard-live', { signal: live.asked.signal }, () => new Promise(release => {
    live.release = release;
    listen();
  })).catch(() => { /* hidden before its turn came */ });
}

function leave() {
  clearTimeout(live.retry);
  live.source?.close();
  live.source = null;
  live.release?.();
  live.release = null;
  live.asked?.abort();
  live.asked = null;
  delete document.documentElement.dataset.listens;
}

if (arrivals && typeof EventSource === 'function') {
  arrivals.addEventListener('message', event => heard(event.data.kind, event.data.id));
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return leave();
    queue();
    fresh();
  });
  addEventListener('pagehide', leave);
  addEventListener('pageshow', event => event.persisted && !document.hidden && (queue(), fresh()));
  if (!document.hidden) queue();
  if (card) {
    // Another tab may be listening already: it tells within its next hint; until then this is as fresh as the page.
    state(true);
    try { live.paused = sessionStorage.getItem('paused') === 'yes'; } catch { /* private window */ }
    pauseButton.hidden = false;
    const show = () => {
      pauseButton.setAttribute('aria-pressed', String(live.paused));
      $('span', pauseButton).textContent = live.paused ? 'Resume' : 'Pause';
      state(true);
    };
    show();
    pauseButton.addEventListener('click', () => {
      live.paused = !live.paused;
      try { sessionStorage.setItem('paused', live.paused ? 'yes' : 'no'); } catch { /* private window */ }
      show();
      say(live.paused ? 'What arrives is paused' : 'Live again');
      if (!live.paused) fresh();
    });
  }
}

// ---------- import: drop a file, watch it come in ----------

for (const zone of $$('[data-drop]')) {
  const input = $('input[type=file]', zone);
  const over = on => zone.classList.toggle('over', on);
  zone.addEventListener('dragover', event => { event.preventDefault(); over(true); });
  zone.addEventListener('dragleave', () => over(false));
  zone.addEventListener('drop', event => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  });
  input.addEventListener('change', () => input.form.requestSubmit());
}

/** Parts with data-poll ask for themselves again until the server leaves the attribute out; then for what data-then names,
 *  or for the whole page. */
function poll() {
  const parts = $$('[data-poll][id]');
  if (!parts.length) return;
  const then = new Map(parts.map(part => [part.id, part.dataset.then]));
  setTimeout(async () => {
    if (!document.hidden) {
      try {
        await swap(location.href, [...then.keys()]);
        for (const [id, others] of then) {
          if (document.getElementById(id)?.dataset.poll) continue;
          if (others === undefined) return location.reload(); // finished: the rest of the page changes too
          await swap(location.href, others.split(' '));
        }
      } catch { /* the next round tries again */ }
    }
    poll();
  }, Math.max(500, Number(parts[0].dataset.poll) || 1000));
}
poll();

document.documentElement.dataset.ready = 'true';

// ---------- pictures as PNG ----------

const LOOKS = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity',
  'font-family', 'font-size', 'font-weight', 'font-style', 'letter-spacing', 'text-anchor', 'dominant-baseline', 'visibility', 'display'];

/** A picture as a file of its own: what style sheets say of each part stands at the part. */
function alone(svg, width, height) {
  const copy = svg.cloneNode(true);
  const from = [svg, ...$$('*', svg)];
  [copy, ...$$('*', copy)].forEach((part, i) => {
    const looks = getComputedStyle(from[i]);
    LOOKS.forEach(name => part.setAttribute(name, looks.getPropertyValue(name)));
    part.removeAttribute('class');
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', width);
  copy.setAttribute('height', height);
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
}

/** The colour behind an element. */
function behind(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (colour && !/^(transparent|rgba\(.*, 0\))$/.test(colour)) return colour;
  }
  return '#fff';
}

async function asPng(svg, name) {
  const box = svg.getBoundingClientRect();
  const [width, height] = [Math.ceil(box.width), Math.ceil(box.height)];
  const image = new Image(width, height);
  image.src = alone(svg, width, height);
  await image.decode();
  const canvas = document.createElement('canvas');
  // Twice as fine as the page, as far as browsers draw.
  const fine = Math.min(2, 8000 / Math.max(width, height));
  [canvas.width, canvas.height] = [width * fine, height * fine];
  const pen = canvas.getContext('2d');
  pen.fillStyle = behind(svg);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise(done => canvas.toBlob(done, 'image/png'));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'picture'}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const pictureOf = button => $('.picture svg', button.closest('section') ?? undefined);
const offerPng = () => $$('button[data-png][hidden]').filter(pictureOf).forEach(button => button.hidden = false);
offerPng();
new MutationObserver(offerPng).observe(document.body, { childList: true, subtree: true });

document.addEventListener('click', async event => {
  const button = event.target.closest('button[data-png]');
  const svg = button && pictureOf(button);
  if (!svg) return;
  try {
    await asPng(svg, button.dataset.png);
    say('The picture was saved.');
  } catch {
    say('The picture could not be drawn here: take the SVG instead.');
  }
});
