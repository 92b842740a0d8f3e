// Texts of the page about OneVault.
export const about = {
  title: 'About OneVault',
  text: 'OneVault takes and restores backups of virtual machines on KVM, with the operations, words and interfaces of OpenNebula.',
  version: 'Version of the interface',
  api: 'JSON API',
  apiText:
    'Everything this console does it does through the JSON API, which is there for you as well: with a login token, described by',
  openapi: 'its OpenAPI document',
  commands: 'Command line',
  commandsText:
    'onevm, oneimage, onetemplate, onedatastore, onebackupjob and others do the same; each says what it can with --help.',
  keys: 'Keyboard',
  keyList: [
    ['Ctrl K', 'search for pages and objects'],
    ['↑ ↓ Page Up, Page Down, Home, End', 'move in a table'],
    ['Space', 'choose the row'],
    ['Shift with ↑ ↓', 'choose rows from here to there'],
    ['Ctrl A', 'choose all rows that the filter leaves'],
    ['Enter', 'open the row'],
    ['Esc', 'choose none; close a dialog'],
  ] as const,
  licence: 'Licence: Apache 2.0',
};
