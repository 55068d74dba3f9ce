/** `later` runs a task once and returns how to cancel it. */
export interface Timers {
  later(delayMs: number, task: () => void): () => void
}

/** Timers of the system. */
export const SYSTEM_TIMERS: Timers = {
  later(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Runs a task again and again; returns how to end it. */
export function every(timers: Timers, intervalMs: number, task: () => void): () => void {
  let cancel = timers.later(intervalMs, run)
  function run() {
    task()
    cancel = timers.later(intervalMs, run)
  }
  return () => cancel()
}
