/** Words that differ by more than a third of their letters, or by more than this, are not taken for one another. */
const DISTANCE_MAX = 3

/** Letters of a word that are compared; a longer one is no slip of the pen. */
const LENGTH_MAX = 64

/**
 * The word among the candidates that was most likely meant: by letters that are wrong, missing, too many or swapped, in any case;
 * or the one that holds the word or is held by it. Undefined where none is near, or several are equally so.
 */
export function closestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LENGTH_MAX) return undefined
  const most = Math.min(DISTANCE_MAX, Math.max(1, Math.floor(word.length / 3)))
  let closest: string | undefined
  let least = most + 1
  for (const candidate of candidates) {
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) closest = candidate
    else if (distance === least && distance <= most) closest = undefined
    least = Math.min(least, distance)
  }
  return least <= most ? closest : onlyHolder(word, candidates)
}

/** `Prefix` for `PathPrefix`. */
function onlyHolder(word: string, candidates: readonly string[]): string | undefined {
  if (word.length < 4) return undefined
  const short = word.toLowerCase()
  const holders = candidates.filter((candidate) => {
    const long = candidate.toLowerCase()
    return long.includes(short) || (long.length >= 4 && short.includes(long))
  })
  return holders.length === 1 ? holders[0] : undefined
}

/** Optimal string alignment: https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance */
function distanceOf(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > DISTANCE_MAX) return DISTANCE_MAX + 1
  let before: number[] = []
  let above = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1]
      const changed = (above[column - 1] ?? 0) + (isSame ? 0 : 1)
      const added = Math.min((above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      const isSwapped = left.slice(row - 2, row) === swappedPair(right, column)
      const swapped = isSwapped ? (before[column - 2] ?? 0) + 1 : changed
      current.push(Math.min(changed, added, swapped))
    }
    before = above
    above = current
  }
  return above[right.length] ?? 0
}

/** The two letters before a place, the other way round; undefined where there are not two. */
function swappedPair(word: string, end: number): string | undefined {
  const [first, second] = [word[end - 2], word[end - 1]]
  return first === undefined || second === undefined ? undefined : second + first
}
