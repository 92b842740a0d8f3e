// Names of backup images: the VM's id and the local time, as OpenNebula forms them. Pure.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `0 01-Dec 13.36.56`; a name that is taken already gets the year and then a count, so that no backup is lost for its name. */
export function backupName(vmId: number, at: Date, taken: (name: string) => boolean): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(at.getDate())}-${MONTHS[at.getMonth()]}`;
  const time = `${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
  const plain = `${vmId} ${day} ${time}`;
  if (!taken(plain)) return plain;
  const withYear = `${vmId} ${day}-${at.getFullYear()} ${time}`;
  let name = withYear;
  for (let count = 2; taken(name); count++) name = `${withYear} (${count})`;
  return name;
}
