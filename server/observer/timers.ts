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

/** Runs a task again and again; returns how to end it for good, which the task may do itself. */
export function every(timers: Timers, intervalMs: number, task: () => void): () => void {
  let isOver = false
  let cancel = timers.later(intervalMs, run)
  function run() {
    task()
    if (!isOver) cancel = timers.later(intervalMs, run)
  }
  return () => {
    isOver = true
    cancel()
  }
}
