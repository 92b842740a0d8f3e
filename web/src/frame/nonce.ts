// The word by which the daemon's policy allows styles that are made while the page runs; a new one in every answer.

let known: string | undefined;

export function styleNonce(): string {
  // browsers hide the attribute from scripts and keep the property
  known ??= document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  return known;
}
