// Addresses as people type them. Pure.

export function isIp4(text: string): boolean {
  const bytes = text.trim().split('.');
  return bytes.length === 4 && bytes.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) <= 255);
}

export function isMac(text: string): boolean {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text.trim());
}
