// @ts-check
/**
 * The till's own: a camera where there is one, a sound and a shake for what an act came to, the same request again
 * until its answer is known, and no form while there is no network. Without it the screens are the same.
 */
const { state = '', home = '/till' } = document.body.dataset;

/** @template {HTMLElement} T @param {string} id @returns {T | null} */
const byId = (id) => /** @type {T | null} */ (document.getElementById(id));

/** What a guest showed does not stay on the screen. */
const IDLE_MS = 90_000;

const SOUNDS = {
  done: { tones: [880, 1320], shake: [60] },
  refused: { tones: [220, 180], shake: [120, 80, 120] },
  undone: { tones: [660, 440], shake: [60, 60, 60] },
  asking: { tones: [440], shake: [30] },
};

function tell() {
  const sound = SOUNDS[/** @type {keyof typeof SOUNDS} */ (state)];
  if (sound === undefined) return;
  navigator.vibrate?.(sound.shake);
  try {
    const audio = new AudioContext();
    sound.tones.forEach((tone, index) => {
      const source = audio.createOscillator();
      const volume = audio.createGain();
      const start = audio.currentTime + index * 0.14;
      source.frequency.value = tone;
      volume.gain.setValueAtTime(0.15, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.13);
      source.connect(volume).connect(audio.destination);
      source.start(start);
      source.stop(start + 0.14);
    });
  } catch {
    // A browser without sound has the shape and the word.
  }
}

function followNetwork() {
  const show = () => {
    const isOffline = navigator.onLine === false;
    /** @type {HTMLElement} */ (byId('screen')).hidden = isOffline;
    /** @type {HTMLElement} */ (byId('offline')).hidden = !isOffline;
  };
  addEventListener('online', show);
  addEventListener('offline', show);
  show();
}

/** A second press of the same button is the same request; it need not even be sent. */
function pressOnce() {
  for (const form of document.forms) {
    form.addEventListener('submit', (event) => {
      if (navigator.onLine === false || form.dataset.sent === '1') return event.preventDefault();
      form.dataset.sent = '1';
    });
  }
  // Back from the next screen: the form may be sent again.
  addEventListener('pageshow', () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
}

function askAgain() {
  const form = /** @type {HTMLFormElement | null} */ (byId('again'));
  const line = document.querySelector('[data-next]');
  if (form === null || line === null) return;
  let seconds = Number(form.dataset.seconds ?? '4');
  const text = line.textContent ?? '';
  const timer = setInterval(() => {
    if (navigator.onLine === false) return;
    seconds -= 1;
    line.textContent = text.replace(/\d+/, String(Math.max(0, seconds)));
    if (seconds > 0) return;
    clearInterval(timer);
    form.requestSubmit();
  }, 1000);
}

function countUses() {
  const choose = byId('choose');
  const sum = document.querySelector('[data-sum]');
  const pieces = document.querySelector('[data-pieces]');
  if (choose === null || sum === null || pieces === null) return;
  const picks = /** @type {HTMLInputElement[]} */ ([
    ...choose.querySelectorAll('input[name=pick]'),
  ]);
  const sumText = sum.textContent ?? '';
  const piecesText = pieces.textContent ?? '';
  const press = /** @type {HTMLButtonElement | null} */ (document.querySelector('[data-press]'));
  const show = () => {
    const chosen = picks.filter((pick) => pick.checked);
    const fen = chosen.map(({ dataset }) =>
      dataset.fen === undefined ? null : Number(dataset.fen),
    );
    pieces.textContent = piecesText.replace(/\d+/, String(chosen.length));
    const isKnown = fen.every((one) => one !== null);
    const whole = fen.reduce((all, one) => Number(all) + Number(one), 0);
    const yuan = (Number(whole) / 100).toLocaleString('en-US', { minimumFractionDigits: 2 });
    sum.textContent = isKnown ? sumText.replace(/[\d,.]+/, yuan) : '';
    if (press !== null) press.disabled = chosen.length === 0;
  };
  choose.addEventListener('change', show);
  for (const button of choose.querySelectorAll('button[data-step]')) {
    const step = /** @type {HTMLButtonElement} */ (button);
    const field = step.parentElement?.querySelector('input');
    step.hidden = false;
    step.addEventListener('click', () => {
      if (field === null || field === undefined) return;
      if (step.dataset.step === '1') field.stepUp();
      else field.stepDown();
    });
  }
}

function readPaste() {
  const button = byId('paste');
  const field = /** @type {HTMLInputElement | null} */ (byId('code'));
  if (button === null || field === null || navigator.clipboard?.readText === undefined) return;
  button.hidden = false;
  const paste = async () => {
    try {
      field.value = (await navigator.clipboard.readText()).trim().slice(0, 2048);
    } catch {
      /** @type {HTMLElement} */ (byId('no-paste')).hidden = false;
    }
    field.focus();
  };
  button.addEventListener('click', () => void paste());
}

/**
 * The browser's own reader of codes, or ours: loaded from our origin when a camera is started first.
 * @param {DOMStringMap} dataset where ours is
 */
async function detectorOf({ reader = '', wasm = '' }) {
  const formats = ['qr_code', 'code_128', 'ean_13'];
  const world = /** @type {any} */ (globalThis);
  const own = await world.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (own?.includes('qr_code')) {
    return new world.BarcodeDetector({
      formats: formats.filter((/** @type {string} */ format) => own.includes(format)),
    });
  }
  if (world.BarcodeDetectionAPI === undefined) {
    await new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = reader;
      script.addEventListener('load', resolve);
      script.addEventListener('error', reject);
      document.head.append(script);
    });
  }
  const { BarcodeDetector, prepareZXingModule } = world.BarcodeDetectionAPI;
  prepareZXingModule({ overrides: { locateFile: () => wasm } });
  return new BarcodeDetector({ formats });
}

function readCamera() {
  const button = byId('scan');
  const video = /** @type {HTMLVideoElement | null} */ (byId('camera'));
  const form = /** @type {HTMLFormElement | null} */ (byId('look'));
  if (button === null || video === null || form === null) return;
  if (navigator.mediaDevices?.getUserMedia === undefined) return;
  const words = { scan: button.textContent ?? '', stop: button.dataset.stop ?? '' };
  button.hidden = false;
  /** @type {MediaStream | null} */
  let stream = null;
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.hidden = true;
    button.textContent = words.scan;
  };
  const look = async (/** @type {any} */ detector) => {
    if (stream === null) return;
    const [found] = await detector.detect(video).catch(() => []);
    if (stream !== null && found !== undefined) {
      /** @type {HTMLInputElement} */ (byId('code')).value = found.rawValue;
      stop();
      return form.requestSubmit();
    }
    setTimeout(() => look(detector), 200);
  };
  const start = async () => {
    if (stream !== null) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      video.srcObject = stream;
      video.hidden = false;
      button.textContent = words.stop;
      await video.play();
      void look(await detectorOf(button.dataset));
    } catch {
      stop();
      /** @type {HTMLElement} */ (byId('no-camera')).hidden = false;
      byId('code')?.focus();
    }
  };
  button.addEventListener('click', () => void start());
}

/** Where the device prints receipts: one by itself, once, and more by the button. */
function printReceipt() {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector('[data-print]'));
  if (button === null) return;
  button.hidden = false;
  button.addEventListener('click', () => print());
  // Loaded anew from the history, it was printed before.
  const [entry] = performance.getEntriesByType('navigation');
  const { type } = /** @type {PerformanceNavigationTiming} */ (entry);
  if (type === 'navigate') setTimeout(() => print(), 300);
}

function forgetGuest() {
  if (state !== 'found' && state !== 'done' && state !== 'undone' && state !== 'undo') return;
  let timer = setTimeout(leave, IDLE_MS);
  function leave() {
    location.replace(home);
  }
  for (const kind of ['pointerdown', 'keydown', 'input']) {
    addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(leave, IDLE_MS);
    });
  }
}

tell();
followNetwork();
pressOnce();
askAgain();
countUses();
readPaste();
printReceipt();
readCamera();
forgetGuest();
