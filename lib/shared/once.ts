/**
 * Returns `end` to be given out: only the first call runs it. Whoever ends something twice, or late, when its successor has
 * begun, then does nothing to that successor.
 */
export function once(end: () => void): () => void {
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    end()
  }
}
