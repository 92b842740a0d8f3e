// Cookies: read out of a request's header, and written for an answer. Pure.

/** The value of a cookie; undefined when there is none of the name. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

export interface Cookie {
  name: string;
  value: string;
  /** How long browsers keep it; 0 removes it. */
  seconds: number;
  /** Whether it is sent over TLS alone. */
  secure: boolean;
  /** Sent only to what is below it; everywhere unless given. */
  path?: string;
  /** Lax: it goes along when another site sends the browser here, and with nothing else that other sites ask for. */
  sameSite?: 'Strict' | 'Lax';
}

/** Scripts cannot read it, and unless told otherwise it does not go along with what other sites ask for. */
export function setCookie({ name, value, seconds, secure, path = '/', sameSite = 'Strict' }: Cookie): string {
  const how = `Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`;
  return `${name}=${value}; ${how}`;
}
