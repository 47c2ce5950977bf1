# SPDX-License-Identifier: GPL-2.0-only
#
# complete.zsh DIR TYPED WANTED: types TYPED and a tabulator into a zsh that has the
# completions in DIR, and ends when the line has become WANTED.
zmodload zsh/zpty
zpty line TERM=dumb zsh -f -i
zpty -w line "PROMPT=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
# What is typed before the shell reads lines itself would not be completed.
zpty -w line 'zle-line-init() { [[ -n $said ]] || print -n ${:-re}ady; said=yes }'
zpty -w line 'zle -N zle-line-init'
zpty -r line seen '*ready*'
zpty -w -n line "$2"$'\t'
zpty -r line seen "*${(b)3}*"
