/// The scripts that have a shell ask `jobctl complete` for what it is to propose.
/// All knowledge of the command line is there, so a script that was installed once
/// is never out of date.
enum CompletionScript {
    /// The script for this shell.
    static func text(for shell: CompletionShell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// `COMP_TYPE` 63 and 33: bash lists what there is, and a description may stand
    /// beside it; in any other case it would be inserted.
    private static let bash = #"""
        # bash completion for jobctl: source <(jobctl completions bash)
        _jobctl() {
            local program=${COMP_WORDS[0]/#\~/$HOME} cur=${COMP_WORDS[COMP_CWORD]}
            local kind line
            local -a lines
            mapfile -t lines < <("$program" complete --shell bash -- \
                "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            COMPREPLY=()
            kind=${lines[0]-}
            case $kind in
                words)
                    if (( ${#lines[@]} > 2 )) && [[ ${COMP_TYPE-} =~ ^(63|33)$ ]]; then
                        for line in "${lines[@]:1}"; do
                            if [[ $line == *$'\t'* ]]; then
                                printf -v line '%s  %s' "${line%%$'\t'*}" "${line#*$'\t'}"
                                line=${line:0:${COLUMNS:-80}-1}
                            fi
                            COMPREPLY+=("$line")
                        done
                    else
                        for line in "${lines[@]:1}"; do
                            COMPREPLY+=("${line%%$'\t'*}")
                        done
                        if [[ ${COMPREPLY[0]-} == *= ]]; then
                            compopt -o nospace 2>/dev/null
                        fi
                    fi
                    ;;
                files | directories)
                    [[ $cur == "=" ]] && cur=
                    local action=file
                    [[ $kind == directories ]] && action=directory
                    compopt -o filenames 2>/dev/null
                    mapfile -t COMPREPLY < <(compgen -A "$action" -- "$cur")
                    ;;
                command\ *)
                    local offset=$(( ${kind#command } + 1 ))
                    if declare -F _comp_command_offset >/dev/null; then
                        _comp_command_offset "$offset"
                    elif declare -F _command_offset >/dev/null; then
                        _command_offset "$offset"
                    elif (( COMP_CWORD == offset )); then
                        mapfile -t COMPREPLY < <(compgen -A command -- "$cur")
                    else
                        compopt -o filenames 2>/dev/null
                        mapfile -t COMPREPLY < <(compgen -A file -- "$cur")
                    fi
                    ;;
            esac
        }
        complete -o nosort -F _jobctl jobctl 2>/dev/null || complete -F _jobctl jobctl
        """#

    private static let zsh = #"""
        #compdef jobctl
        # zsh completion for jobctl: source <(jobctl completions zsh), or as _jobctl in $fpath
        _jobctl() {
            local program=${(Q)words[1]} line
            local -a lines values shown how
            local -i width=0
            lines=("${(@f)$("${program/#\~/$HOME}" complete --shell zsh -- \
                "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
            case $lines[1] in
                words)
                    shift lines
                    (( $#lines )) || return
                    for line in $lines; do
                        values+=("${line%%$'\t'*}")
                        (( $#values[-1] > width )) && width=$#values[-1]
                    done
                    # Not _describe: it puts what has the same description together,
                    # and the order says which is the newest.
                    for line in $lines; do
                        if [[ $line == *$'\t'* ]]; then
                            how=(-l)
                            line="${(r:width:)${line%%$'\t'*}}  -- ${line#*$'\t'}"
                        fi
                        shown+=("${line[1,COLUMNS-1]}")
                    done
                    [[ $values[1] == *= ]] && how+=(-S '')
                    compadd -V jobctl "${how[@]}" -d shown -a values
                    ;;
                files)
                    [[ $PREFIX == --*=* ]] && compset -P '*='
                    _files
                    ;;
                directories)
                    [[ $PREFIX == --*=* ]] && compset -P '*='
                    _files -/
                    ;;
                command\ *)
                    local -i offset=$(( ${lines[1]#command } + 1 ))
                    (( CURRENT -= offset ))
                    shift offset words
                    _normal
                    ;;
            esac
        }
        if [[ $funcstack[1] == _jobctl ]]; then
            _jobctl "$@"
        elif (( $+functions[compdef] )); then
            compdef _jobctl jobctl
        else
            print -u2 'jobctl: completions need compinit: autoload -Uz compinit && compinit'
        fi
        """#

    private static let fish = #"""
        # fish completion for jobctl: jobctl completions fish | source
        function __jobctl_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l program (string replace -r '^~' $HOME -- $words[1])
            set -e words[1]
            set -l lines ($program complete --shell fish -- $words "$current" 2>/dev/null)
            switch "$lines[1]"
                case words
                    string join \n -- $lines[2..-1]
                case files
                    set -l parts (string match -r '^((?:--[^=]*=)?)(.*)$' -- "$current")
                    printf '%s\n' "$parts[2]"(__fish_complete_path "$parts[3]")
                case directories
                    set -l parts (string match -r '^((?:--[^=]*=)?)(.*)$' -- "$current")
                    printf '%s\n' "$parts[2]"(__fish_complete_directories "$parts[3]" '')
                case 'command *'
                    set -l first (math (string replace 'command ' '' -- $lines[1]) + 1)
                    set -l command $words[$first..-1]
                    complete -C (string join ' ' -- (string escape -- $command) "$current")
            end
        end
        complete -c jobctl -f -k -a '(__jobctl_complete)'
        """#
}
