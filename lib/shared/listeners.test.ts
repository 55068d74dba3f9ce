import { describe, expect, it } from 'vitest'
import { Listeners } from './listeners'
import { once } from './once'

describe('once', () => {
  it('runs what it is given the first time only, also when that throws', () => {
    let runs = 0
    const end = once(() => {
      runs += 1
      throw new Error('refused')
    })
    expect(end).toThrow('refused')
    end()
    expect(runs).toBe(1)
  })

  it('does nothing when what it runs calls it again', () => {
    let runs = 0
    const end: () => void = once(() => {
      runs += 1
      end()
    })
    end()
    expect(runs).toBe(1)
  })
})

describe('Listeners', () => {
  it('keeps a successor that is the same function when its predecessor ends twice', () => {
    const listeners = new Listeners<[string]>()
    const heard: string[] = []
    const listen = (word: string) => void heard.push(word)
    const endFirst = listeners.add(listen)
    endFirst()
    const endSecond = listeners.add(listen)
    endFirst()
    listeners.tell('still here')
    expect(heard).toEqual(['still here'])
    endSecond()
    endSecond()
    listeners.tell('gone')
    expect(heard).toEqual(['still here'])
    expect(listeners.size).toBe(0)
  })

  it('calls a function once for each time it joined', () => {
    const listeners = new Listeners<[]>()
    let calls = 0
    const endFirst = listeners.add(() => void calls++)
    listeners.add(() => void calls++)
    listeners.tell()
    expect(calls).toBe(2)
    endFirst()
    listeners.tell()
    expect(calls).toBe(3)
  })

  it('does not call one that another made leave', () => {
    const listeners = new Listeners<[]>()
    const heard: string[] = []
    listeners.add(() => {
      heard.push('first')
      end()
    })
    const end = listeners.add(() => void heard.push('second'))
    listeners.tell()
    expect(heard).toEqual(['first'])
  })
})
