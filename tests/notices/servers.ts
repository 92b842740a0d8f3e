// Real servers on the loopback for what is told over HTTP and SMTP: they keep what they get and answer as they are told.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface Got {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** `null` never answers. */
export type Answer = { status: number; location?: string } | null;

export interface WebServer {
  url: string;
  got: Got[];
  /** The answers to come, one for each request; then 204. */
  answers: Answer[];
  close(): Promise<void>;
}

export async function webServer(): Promise<WebServer> {
  const got: Got[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url: path, headers } = request;
      got.push({ method, path, headers, body });
      const answer = answers.length > 0 ? answers.shift() : { status: 204 };
      if (!answer) return;
      response
        .writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location })
        .end('hello');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ got, answers },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Mail {
  from: string;
  to: string[];
  text: string;
  user: string | undefined;
}

export interface MailServer {
  port: number;
  got: Mail[];
  /** SMTP status of the next messages, one each; then they are taken. */
  refusals: number[];
  close(): Promise<void>;
}

/** `tls` offers STARTTLS, with a certificate that nobody has signed; a password makes it ask for user `ann`. */
export async function mailServer(options: { tls?: boolean; password?: string } = {}): Promise<MailServer> {
  const got: Mail[] = [];
  const refusals: number[] = [];
  const server = new SMTPServer({
    ...(!options.tls && { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] }),
    authOptional: options.password === undefined,
    allowInsecureAuth: true,
    logger: false,
    onAuth({ username, password }, _session, callback) {
      if (username === 'ann' && password === options.password) callback(null, { user: username });
      else callback(Object.assign(new Error('wrong'), { responseCode: 535 }));
    },
    onData(stream, session, callback) {
      void text(stream).then((body) => {
        const responseCode = refusals.shift();
        if (responseCode !== undefined) {
          callback(Object.assign(new Error('not now'), { responseCode }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        got.push({
          from,
          to: rcptTo.map(({ address }) => address),
          text: body,
          user: session.user as string | undefined,
        });
        callback(null);
      });
    },
  });
  server.on('error', () => undefined); // a client that breaks off is part of the tests
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    ...{ got, refusals },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
