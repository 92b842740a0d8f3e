// The bench of the console, `npm run bench:web`: what the first page loads, how long until the overview of 10,000 machines answers, and
// how smoothly the table of them scrolls.
import { gzipSync } from 'node:zlib';
import { openBrowser, Visitor } from '../console/browser.ts';
import { openShop } from '../console/shop.ts';
import { machine } from './measure.ts';

const VMS = 10_000;
const ROUNDS = 5;
const SCROLL_MS = 3000;
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const tenth = (value: number): number => Math.round(value * 10) / 10;

/** Scrolls a little at every frame, and counts frames. */
const SCROLL = `new Promise((done) => {
  const scroller = [...document.querySelectorAll('*')].find((one) => one.scrollHeight > 100000 && one.clientHeight > 100);
  const from = performance.now();
  let frames = 0;
  const step = () => {
    frames += 1;
    scroller.scrollTop += 57;
    if (performance.now() - from < ${SCROLL_MS}) requestAnimationFrame(step);
    else done(frames / ((performance.now() - from) / 1000));
  };
  requestAnimationFrame(step);
})`;

const { cpu, cpus, memoryMb, kernel, node } = machine();
tell(`${cpu}, ${cpus} CPUs, ${memoryMb} MB, Linux ${kernel}, Node ${node}`);
const shop = await openShop(VMS, 'bench-web');
const browser = await openBrowser();
try {
  const visitor = await Visitor.come(browser, shop.endpoint);
  const { page } = visitor;
  let scripts = 0;
  const sizes: Array<Promise<void>> = [];
  page.on('response', (response) => {
    if (!response.url().endsWith('.js')) return;
    sizes.push(response.body().then((body) => void (scripts += gzipSync(body).length)));
  });
  await visitor.signIn(shop.session);
  await Promise.all(sizes);
  const firstLoadKb = scripts / 1000;
  tell(`first load: ${tenth(firstLoadKb)} kB of JavaScript, compressed with gzip`);
  const interactive: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    await visitor.open('/');
    interactive.push(performance.now() - from);
    tell(
      `round ${round + 1}: the overview of ${VMS} machines was there after ${(interactive.at(-1) ?? 0).toFixed(0)} ms`,
    );
  }
  await visitor.open('/vms');
  const fps: number[] = [];
  for (let round = 0; round < ROUNDS; round++) fps.push(await page.evaluate<number>(SCROLL));
  tell(`the table of ${VMS} machines scrolls at ${fps.map((value) => value.toFixed(0)).join(', ')} frames a second`);
  tell('');
  tell(
    JSON.stringify({
      bench: 'web',
      first_load_kb: tenth(firstLoadKb),
      interactive_ms: Math.round(median(interactive)),
      scroll_fps: tenth(median(fps)),
    }),
  );
} finally {
  await browser.close();
  await shop.close();
}
