import { describe, expect, it } from 'vitest'
import { every, type Timers } from './timers'

function manualTimers() {
  const tasks: (() => void)[] = []
  const timers: Timers = {
    later(_, task) {
      tasks.push(task)
      return () => {
        const index = tasks.indexOf(task)
        if (index !== -1) tasks.splice(index, 1)
      }
    },
  }
  const turn = () => {
    for (const task of tasks.splice(0)) task()
  }
  return { timers, turn, waiting: () => tasks.length }
}

describe('every', () => {
  it('ends for good, also by its own task, and leaves another of the same task alone', () => {
    const { timers, turn, waiting } = manualTimers()
    const runs = { first: 0, second: 0 }
    const endFirst: () => void = every(timers, 1, () => {
      runs.first += 1
      endFirst()
    })
    const endSecond = every(timers, 1, () => {
      runs.second += 1
    })
    turn()
    endFirst()
    turn()
    expect([runs, waiting()]).toEqual([{ first: 1, second: 2 }, 1])
    endSecond()
    endSecond()
    turn()
    expect([runs, waiting()]).toEqual([{ first: 1, second: 2 }, 0])
  })
})
