import type { Command } from "commander";
import { asLines, entriesOf } from "./tree.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Looks up what may follow the words of a command line, the last of which is the one being typed.
 * Prints a word and what it does in each line, or `@servers`, `@profiles` or `@file`. For awk, since
 * that is the one language that all three shells have at hand; no quote or backslash but in \t.
 */
const LOOKUP = `
BEGIN {
  FS = "\\t"
  last = ARGC - 1
  for (i = 1; i <= last; i++) typed[i] = ARGV[i]
  ARGC = 1
}
{
  if ($2 == "argument") {
    count[$1]++
    argument[$1, count[$1]] = $4
    if ($5 == "...") rest[$1] = $4
  } else {
    kind[NR] = $2; path[NR] = $1; word[NR] = $3; about[NR] = $5
    if ($2 == "command") below[$1, $3] = $4
    else option[$1, $3] = $4
  }
}
function offer(what,    parts, i, many) {
  if (what == "" || what == "?" || what == "-") return
  if (substr(what, 1, 1) != "=") { print "@" what; return }
  many = split(substr(what, 2), parts, ",")
  for (i = 1; i <= many; i++) if (index(parts[i], now) == 1) print parts[i] "\\t"
}
END {
  at = ""; place = 1; wanted = ""; foreign = 0
  for (i = 1; i < last; i++) {
    one = typed[i]
    if (wanted != "") { if (one != "=") wanted = "" }
    else if (foreign) continue
    else if (one == "--") foreign = 1
    else if (substr(one, 1, 1) == "-") {
      what = (at, one) in option ? option[at, one] : option["", one]
      if (what != "-") wanted = what
    } else if (place == 1 && (at, one) in below) at = below[at, one]
    else place++
  }
  now = typed[last] == "=" ? "" : typed[last]
  if (wanted != "") offer(wanted)
  else if (foreign) print "@file"
  else if (substr(now, 1, 1) == "-") {
    for (i = 1; i <= NR; i++)
      if (kind[i] == "option" && (path[i] == at || path[i] == "") && index(word[i], now) == 1)
        print word[i] "\\t" about[i]
  } else {
    for (i = 1; i <= NR; i++)
      if (kind[i] == "command" && path[i] == at && index(word[i], now) == 1)
        print word[i] "\\t" about[i]
    offer((at, place) in argument ? argument[at, place] : rest[at])
  }
}`.trim();

interface Parts {
  tree: string;
  /** Options of every command that decide which gateway is asked, as the shell separates them. */
  places: readonly string[];
}

const BASH = ({ tree, places }: Parts): string => `# local-mcp-gateway completion bash
_local_mcp_gateway_tree='${tree}'
_local_mcp_gateway_lookup='${LOOKUP}'

_local_mcp_gateway() {
  local now=\${COMP_WORDS[COMP_CWORD]} word i
  local place=()
  [ "$now" = "=" ] && now=
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD - 1; i++)); do
    case \${COMP_WORDS[i]} in ${places.join("|")}) place+=("\${COMP_WORDS[i]}" "\${COMP_WORDS[i + 1]}") ;; esac
  done
  while IFS=$'\\t' read -r word _; do
    case $word in
      @file) ;;
      @*)
        while IFS= read -r word; do
          case $word in "$now"*) COMPREPLY+=("$word") ;; esac
        done < <("\${COMP_WORDS[0]}" "\${place[@]}" completion names "\${word#@}" 2>/dev/null </dev/null)
        ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <(printf '%s\\n' "$_local_mcp_gateway_tree" |
    awk "$_local_mcp_gateway_lookup" "\${COMP_WORDS[@]:1:COMP_CWORD}")
}

# Where nothing is known, files.
complete -o default -F _local_mcp_gateway local-mcp-gateway mcpgateway
`;

const ZSH = ({ tree, places }: Parts): string => `#compdef local-mcp-gateway mcpgateway
# local-mcp-gateway completion zsh
_local_mcp_gateway_tree='${tree}'
_local_mcp_gateway_lookup='${LOOKUP}'

_local_mcp_gateway() {
  local word about i
  local -a found place typed
  typed=("\${(@Q)words[2,CURRENT]}")
  for ((i = 2; i < CURRENT - 1; i++)); do
    case \${(Q)words[i]} in (${places.join("|")}) place+=("\${(Q)words[i]}" "\${(Q)words[i + 1]}") ;; esac
  done
  while IFS=$'\\t' read -r word about; do
    case $word in
      (@file) _files ;;
      (@*)
        while IFS= read -r word; do found+=("\${word//:/\\\\:}")
        done < <("\${(Q)words[1]}" "\${place[@]}" completion names "\${word#@}" 2>/dev/null </dev/null)
        ;;
      (*) found+=("\${word//:/\\\\:}:$about") ;;
    esac
  done < <(print -r -- "$_local_mcp_gateway_tree" | awk "$_local_mcp_gateway_lookup" "\${typed[@]}")
  (( $#found )) && _describe local-mcp-gateway found
}

# In a folder of functions it is called, from a file that is read it is made known.
if [[ \${funcstack[1]} == _local_mcp_gateway ]]; then
  _local_mcp_gateway "$@"
else
  compdef _local_mcp_gateway local-mcp-gateway mcpgateway
fi
`;

const FISH = ({ tree, places }: Parts): string => `# local-mcp-gateway completion fish
set -g __local_mcp_gateway_tree '${tree}'
set -g __local_mcp_gateway_lookup '${LOOKUP}'

function __local_mcp_gateway
    set -l words (commandline -opc)
    set -l now (commandline -ct)
    set -l place
    for i in (seq 2 (math (count $words) - 1))
        if contains -- $words[$i] ${places.join(" ")}
            set -a place $words[$i] $words[(math $i + 1)]
        end
    end
    set -l typed $words[2..-1] "$now"
    for line in (printf '%s\\n' $__local_mcp_gateway_tree | awk $__local_mcp_gateway_lookup $typed)
        switch $line
            case @file
                __fish_complete_path "$now"
            case '@*'
                $words[1] $place completion names (string sub -s 2 -- $line) 2>/dev/null </dev/null
            case '*'
                printf '%s\\n' $line
        end
    end
end

complete -c local-mcp-gateway -f -a '(__local_mcp_gateway)'
complete -c mcpgateway -f -a '(__local_mcp_gateway)'
`;

const WRITERS: Record<Shell, (parts: Parts) => string> = { bash: BASH, zsh: ZSH, fish: FISH };

/** What a shell reads to complete command lines of `program`. */
export const completionScript = (shell: Shell, program: Command): string => {
  const help = { path: "", kind: "option", word: "--help", follows: "-", about: "help" } as const;
  const entries = [...entriesOf(program), help];
  const places = entries
    .filter(({ path, kind, follows }) => path === "" && kind === "option" && follows !== "-")
    .map(({ word }) => word);
  return WRITERS[shell]({ tree: asLines(entries), places });
};
