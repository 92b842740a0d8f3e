// The completion scripts for bash and zsh: one function that serves all commands, with the words of each written in. Pure.

export interface Word {
  text: string;
  description: string;
}

export interface CommandWords {
  name: string;
  subcommands: ReadonlyArray<Word & { options: readonly Word[] }>;
}

/** A script to be sourced by bash. */
export function bashScript(commands: readonly CommandWords[]): string {
  const cases = commands.flatMap(({ name, subcommands }) => [
    `    '${name} ') echo '${texts(subcommands)}' ;;`,
    ...subcommands.map(({ text, options }) => `    '${name} ${text}') echo '${texts(options)}' ;;`),
  ]);
  return `# Completion of OneVault's commands for bash. Try it with: source <(onevault completion bash)
_onevault_words() {
  case "$1 $2" in
${cases.join('\n')}
  esac
}

_onevault() {
  local command=\${COMP_WORDS[0]##*/} current=\${COMP_WORDS[COMP_CWORD]} subcommand='' words='' word
  if [ "$COMP_CWORD" -gt 1 ]; then subcommand=\${COMP_WORDS[1]}; fi
  if [ "$COMP_CWORD" -eq 1 ] || [ "\${current:0:1}" = - ] || [ "$command" = onevault ]; then
    words=$(_onevault_words "$command" "$subcommand")
  fi
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
}

complete -o default -F _onevault ${commands.map(({ name }) => name).join(' ')}
`;
}

/** A script for a directory of zsh's fpath, or to be sourced. */
export function zshScript(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const cases = commands.flatMap(({ name, subcommands }) => [
    `    '${name} ') found=(${described(subcommands)}) ;;`,
    ...subcommands.map(({ text, options }) => `    '${name} ${text}') found=(${described(options)}) ;;`),
  ]);
  return `#compdef ${names}
# Completion of OneVault's commands for zsh. Try it with: source <(onevault completion zsh)
_onevault() {
  local subcommand=''
  local -a found
  found=()
  if (( CURRENT > 2 )); then subcommand=$words[2]; fi
  case "$service $subcommand" in
${cases.join('\n')}
  esac
  if (( CURRENT == 2 )) || [[ $PREFIX == -* ]] || [[ $service == onevault ]]; then
    _describe word found
  else
    _files
  fi
}

if [[ $funcstack[1] == _onevault ]]; then _onevault "$@"; else compdef _onevault ${names}; fi
`;
}

function texts(words: readonly Word[]): string {
  return words.map(({ text }) => text).join(' ');
}

/** `'text:description'` of each; a colon in the description means nothing, a quote would end the word. */
function described(words: readonly Word[]): string {
  return words.map(({ text, description }) => `'${text}:${description.replaceAll("'", '')}'`).join(' ');
}
