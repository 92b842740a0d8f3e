// The URL of a PostgreSQL database, as people may see it. Pure.

/** Parameters of a URL that hold secrets, or name what does. */
const SECRET = /^(password|sslpassword)$/i;

/** Whether it is the URL of a PostgreSQL database. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/** What is shown of a URL that cannot be read. */
export const UNREADABLE = 'postgres://...';

/** The URL without its password. One that cannot be read is not shown at all. */
export function shownUrl(text: string): string {
  const parsed = parsedUrl(text);
  if (!parsed) return UNREADABLE;
  if (parsed.password !== '') parsed.password = '***';
  for (const name of [...parsed.searchParams.keys()]) if (SECRET.test(name)) parsed.searchParams.set(name, '***');
  const shown = parsed.href;
  return text.includes(NO_HOST) ? shown : shown.replace(NO_HOST, '');
}

/** Stands for the host where a URL has none, as for a Unix socket: `postgres://user@/name?host=/run/postgresql`. */
const NO_HOST = 'no-host.invalid';

function parsedUrl(text: string): URL | undefined {
  const named = text.replace(/^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)(?=[/?#]|$)/i, `$1${NO_HOST}`);
  return URL.canParse(named) ? new URL(named) : undefined;
}
