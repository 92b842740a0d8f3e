// E-mail: one message about all the runs that ended within a while.
import { hostname } from 'node:os';
import type { SMTPTransportOptions } from 'nodemailer';
import { CODE, OneError } from '../model/errors.ts';
import type { MailSettings } from '../model/notice-settings.ts';
import { mailText } from './mail-text.ts';
import type { Notice } from './notice.ts';
import { readSecret } from './secret-file.ts';
import type { Way } from './way.ts';

/** For each step with the server, and for all together. */
const STEP_MS = 20_000;
const MESSAGE_MS = 60_000;

export function mailWay(settings: MailSettings): Way {
  return {
    kind: 'mail',
    selection: settings,
    tries: 3,
    gathers: true,
    check: async () => {
      await authOf(settings);
    },
    tell: (notices, signal) => sendMail(settings, notices, signal),
  };
}

async function sendMail(settings: MailSettings, notices: readonly Notice[], signal: AbortSignal): Promise<void> {
  const late = AbortSignal.timeout(MESSAGE_MS);
  const { createTransport } = await import('nodemailer'); // few daemons send mail, and it takes a fifth of a start
  const transport = createTransport({ ...connection(settings), ...(await authOf(settings)) });
  try {
    await transport.sendMail({
      ...{ from: settings.from, to: settings.to, ...mailText(notices, hostname()) },
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...{ disableFileAccess: true, disableUrlAccess: true, signal: AbortSignal.any([signal, late]) },
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OneError(CODE.INTERNAL, `The mail server ${settings.host} did not take the message: ${why}.`, {
      retry: !refusedForGood(cause),
      cause,
    });
  } finally {
    transport.close();
  }
}

function connection({ host, port, tls }: MailSettings): SMTPTransportOptions {
  return {
    ...{ host, port, secure: tls === 'TLS', requireTLS: tls === 'STARTTLS', ignoreTLS: tls === 'NONE' },
    ...{ connectionTimeout: STEP_MS, greetingTimeout: STEP_MS, socketTimeout: STEP_MS },
  };
}

async function authOf({ login }: MailSettings): Promise<Pick<SMTPTransportOptions, 'auth'>> {
  if (!login) return {};
  return { auth: { user: login.user, pass: await readSecret('MAIL/PASSWORD_FILE', login.passwordFile) } };
}

/** Replies of 500 and more are the server's last word. */
function refusedForGood(error: unknown): boolean {
  return error instanceof Error && 'responseCode' in error && Number(error.responseCode) >= 500;
}
