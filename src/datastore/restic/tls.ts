// Whose certificates are believed. Pure.
import { CODE, OneError } from '../../model/errors.ts';
import { fileText, yesOrNo } from './attributes.ts';
import type { Attributes, FileText } from './attributes.ts';

const CERTIFICATE = /^-----BEGIN CERTIFICATE-----\n/;

export function tlsOf(
  attributes: Attributes,
  backend: 'S3' | 'REST',
): { cacert: FileText | undefined; options: string[] } {
  const cacert = fileText(attributes, `RESTIC_${backend}_CACERT`, CERTIFICATE, 'a certificate');
  const insecure = yesOrNo(attributes, `RESTIC_${backend}_INSECURE_TLS`);
  if (cacert === undefined || !insecure) return { cacert, options: insecure ? ['--insecure-tls'] : [] };
  throw new OneError(
    CODE.INTERNAL,
    `RESTIC_${backend}_INSECURE_TLS="YES" and RESTIC_${backend}_CACERT exclude each other: without any check of certificates none is needed.`,
  );
}
