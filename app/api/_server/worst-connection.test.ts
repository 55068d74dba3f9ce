import { describe, expect, it } from 'vitest'
import type { LiveConnection } from '@/lib/dashboard-api/live'
import { denialAfter, worstConnection } from './worst-connection'

const state = (name: LiveConnection['state'], message = ''): LiveConnection => ({
  state: name,
  message,
})
const DENIED = state('denied', 'You may not')

describe('the connection of a page', () => {
  it('is that of its worst kind, whatever may not be read', () => {
    const worst = (...states: LiveConnection[]) => worstConnection(states).state
    expect(worst()).toBe('connected')
    expect(worst(DENIED, state('connected'))).toBe('connected')
    expect(worst(DENIED, state('connecting'), state('connected'))).toBe('connecting')
    expect(worst(state('disconnected'), state('connecting'))).toBe('disconnected')
  })

  it('tells a denial when it begins, when it ends, and at the start of a stream', () => {
    expect(denialAfter(undefined, DENIED)).toBe('You may not')
    expect(denialAfter(state('connected'), DENIED)).toBe('You may not')
    expect(denialAfter(DENIED, state('connected'))).toBe('')
    expect(denialAfter(undefined, state('connected'))).toBe('')
    expect(denialAfter(state('connecting'), state('connected'))).toBe('')
    expect(denialAfter(undefined, state('connecting'))).toBeNull()
    expect(denialAfter(state('connected'), state('disconnected'))).toBeNull()
  })
})
