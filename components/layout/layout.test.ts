import { describe, expect, it } from 'vitest'
import { describeConnection } from './connection-state'
import { nextTheme, parseTheme, THEMES } from './theme'

describe('connection state', () => {
  const describeState = (
    state: 'connected' | 'connecting' | 'disconnected',
    routes: number,
    isSynced: boolean,
    isDenied = false,
  ) => describeConnection({ state, message: '' }, routes, isSynced, isDenied).text

  it('says what is watched, or what is going on', () => {
    expect(describeState('connected', 8, true)).toBe('Watching 8 routes')
    expect(describeState('connected', 1, true)).toBe('Watching 1 route')
    expect(describeState('connected', 0, false)).toBe('Loading routes…')
    expect(describeState('connecting', 0, false)).toBe('Connecting…')
    expect(describeState('connecting', 8, true)).toBe('Reconnecting…')
    expect(describeState('connected', 0, false, true)).toBe('Routes can’t be read')
    expect(describeState('disconnected', 8, true)).toBe('Disconnected: trying again')
  })
})

describe('theme', () => {
  it('follows the system unless the cookie names another', () => {
    expect([undefined, 'dark', 'nonsense'].map(parseTheme)).toEqual(['system', 'dark', 'system'])
  })

  it('comes round after all of them', () => {
    expect(THEMES.map(nextTheme)).toEqual(['light', 'dark', 'system'])
  })
})
