// Why a provider let nobody in, or could not be asked, in one line: of the library's errors only what tells no code, token or secret. Pure.
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { OneError, reasonOf } from '../../model/errors.ts';

const MOST_CHARACTERS = 200;
/** Of the library's codes, what they mean to whoever reads them. */
const MEANINGS: Readonly<Record<string, string>> = {
  OAUTH_TIMEOUT: 'it did not answer in time',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'its token has expired, or is not valid yet; the clocks may differ',
  OAUTH_RESPONSE_IS_NOT_JSON: 'its answer is no JSON',
  OAUTH_PARSE_ERROR: 'its answer cannot be read',
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'it names itself otherwise than OIDC/ISSUER does, or tells of somebody else',
};

/** Without a full stop at its end. */
export function whyOf(error: unknown): string {
  if (error instanceof OneError) return reasonOf(error).replace(/\.$/, '');
  if (error instanceof AuthorizationResponseError) return `it answered ${said(error.error, error.error_description)}`;
  if (error instanceof ResponseBodyError) return `it answered ${said(error.error, error.error_description)}`;
  if (error instanceof WWWAuthenticateChallengeError) return `it answered with status ${error.status}`;
  if (error instanceof ClientError) return meaningOf(error);
  return plain(deepest(error));
}

function meaningOf(error: ClientError): string {
  const known = error.code === undefined ? undefined : MEANINGS[error.code];
  if (known !== undefined) return known;
  const { cause } = error;
  if (cause instanceof Response) return `${plain(error.message)} ${cause.status}`;
  return plain(cause instanceof Error ? deepest(cause) : error.message);
}

/** Of errors that were caused by others, what the first one says. */
function deepest(error: unknown): string {
  let last = error;
  while (last instanceof Error && last.cause instanceof Error) last = last.cause;
  if (last instanceof AggregateError && last.message === '') return reasonOf(last.errors[0]);
  return reasonOf(last);
}

function said(error: string, description: string | undefined): string {
  const why = plain(description ?? '').replace(/\.$/, '');
  return why === '' ? plain(error) : `${plain(error)} ("${why}")`;
}

/** What others wrote, in one line of ordinary characters. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MOST_CHARACTERS);
}
