/**
 * Tells the editor's own text coming back from one that was set from outside. React hands texts back late and skips some:
 * taking such an echo for a new text would undo what was typed since.
 */
export interface Echoes {
  /** The editor sent this text up. */
  sent(text: string): void
  /** Whether this text coming down is one that was sent up; it and those before it are then forgotten. */
  isEcho(text: string): boolean
}

/** Texts sent and not come back yet; React never lags this far, and a forgotten one only costs an undo step. */
export const ECHOES_MAX = 100

export function createEchoes(): Echoes {
  let waiting: string[] = []
  return {
    sent: (text) => {
      waiting.push(text)
      if (waiting.length > ECHOES_MAX) waiting.shift()
    },
    isEcho: (text) => {
      const index = waiting.lastIndexOf(text)
      waiting = index === -1 ? [] : waiting.slice(index + 1)
      return index !== -1
    },
  }
}
