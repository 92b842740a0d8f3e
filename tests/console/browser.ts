// The console in a real browser: Debian's Chromium, one for each test file. Whatever a page complains of fails the test that has it open.
import { chromium, type Browser, type BrowserContext, type Page, type Request } from 'playwright-core';
import { barriersOf } from './axe.ts';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'];
/** Pages of a busy machine take their time. */
const LIMIT_MS = 120_000;

/** The page has drawn what it was told, and nothing on it moves any more. */
const STILL = `(async () => {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await drawn();
  for (;;) {
    const moving = document.getAnimations().filter(({ playState }) => playState === 'running' || playState === 'pending');
    if (moving.length === 0) return;
    await drawn();
  }
})()`;
const WIDER = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

export type Scheme = 'light' | 'dark';

export interface Look {
  width?: number;
  height?: number;
  scheme?: Scheme;
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS, headless: true });
}

/** A visitor: a browser of its own, with its cookies. */
export class Visitor {
  readonly page: Page;
  readonly #origin: string;
  readonly #context: BrowserContext;
  readonly #complaints: string[] = [];
  /** What the page has asked for and has no answer to yet; the stream of changes never ends. */
  readonly #asked = new Set<Request>();
  #answered = (): void => undefined;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.#context = context;
    this.page = page;
    this.#origin = origin;
    page.on('pageerror', (error) => this.#complaints.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('request', (request) => {
      if (request.resourceType() !== 'eventsource') this.#asked.add(request);
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol.startsWith('http') && asked !== origin) this.#complaints.push(`asks another host: ${request.url()}`);
    });
    page.on('requestfinished', (request) => this.#forget(request));
    page.on('requestfailed', (request) => this.#forget(request));
  }

  static async come(
    browser: Browser,
    origin: string,
    { width = 1280, height = 900, scheme = 'light' }: Look = {},
  ): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(LIMIT_MS);
    return new Visitor(context, await context.newPage(), origin);
  }

  /** Opens an address of the console and waits until its page is there. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.#origin}${path}`);
    await this.page.locator('h1').first().waitFor();
    await this.settled();
  }

  /** Nothing loads any more, nothing is asked for, and nothing moves: what is seen now is what stays. */
  async settled(): Promise<void> {
    const loading = this.page.locator('.mantine-Loader-root');
    do {
      while (this.#asked.size > 0) await this.#answer();
      while ((await loading.count()) > 0) await loading.first().waitFor({ state: 'detached' });
      await this.page.evaluate(STILL);
    } while (this.#asked.size > 0);
  }

  /** Waits for an answer to whatever is asked for. */
  async #answer(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#answered = resolve;
      const urls = (): string => [...this.#asked].map((request) => request.url()).join(' ');
      timer = setTimeout(() => reject(new Error(`The page has no answer to ${urls()}`)), LIMIT_MS);
    }).finally(() => clearTimeout(timer));
  }

  #forget(request: Request): void {
    this.#asked.delete(request);
    this.#answered();
  }

  async signIn(session: string): Promise<void> {
    const colon = session.indexOf(':');
    await this.open('/login');
    await this.page.getByLabel('User').fill(session.slice(0, colon));
    await this.page.getByRole('textbox', { name: 'Password' }).fill(session.slice(colon + 1));
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('navigation').first().waitFor();
    await this.settled();
  }

  /** Looks at the page that is open from somewhere else, as it is when all of it has been drawn anew. */
  async turn({ width = 1280, height = 900, scheme = 'light' }: Look): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await this.page.setViewportSize({ width, height });
    await this.page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor({ state: 'attached' });
    await this.settled();
  }

  /** What axe-core finds serious or critical, in a line each. */
  async barriers(rules?: readonly string[]): Promise<string[]> {
    return barriersOf(this.page, rules);
  }

  /** Pixels by which the page is wider than the window. */
  async overhang(): Promise<number> {
    return this.page.evaluate<number>(WIDER);
  }

  /** What the page complained of since the last time. */
  complaints(): string[] {
    return this.#complaints.splice(0);
  }

  async leave(): Promise<void> {
    await this.#context.close();
  }
}
