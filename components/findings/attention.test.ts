import { describe, expect, it } from 'vitest'
import type { RouteOverview, SeriesOverview } from '@/lib/dashboard-api/series'
import {
  attentionRows,
  attentionSentence,
  sorted,
  totalsSentence,
  trafficFindings,
} from './attention'

const counted = (
  requests: number,
  mirrored = 0,
  signals: Record<string, number> = {},
): RouteOverview => ({
  requests: [requests, 0],
  mirrored: [mirrored, null],
  signals: Object.fromEntries(Object.entries(signals).map(([name, count]) => [name, [count]])),
})

const texts = (route: RouteOverview) =>
  sorted(trafficFindings(route)).map(({ urgency, text }) => `${urgency}: ${text}`)

describe('what needs attention', () => {
  it.each([
    [counted(1000), []],
    [counted(1000, 0, { errors: 9 }), []],
    [counted(1000, 0, { errors: 10 }), ['warn: 1 % of answers are 5xx (10)']],
    [counted(1000, 0, { errors: 50 }), ['bad: 5 % of answers are 5xx (50)']],
    [counted(1000, 500, { failed: 5 }), ['warn: 1 % of mirrored requests got no answer (5)']],
    [counted(1000, 500, { failed: 50 }), ['bad: 10 % of mirrored requests got no answer (50)']],
    [
      counted(1000, 999, { dropped: 1 }),
      ['warn: 0.1 % of mirrored requests dropped at a limit (1)'],
    ],
    [
      counted(1000, 1000, { errors: 5, mirrorErrors: 15 }),
      ['warn: 1.5 % of the mirror’s answers are 5xx (15)'],
    ],
    [counted(1000, 1000, { mirrorErrors: 9 }), []],
    [
      counted(1000, 1000, { errors: 45, mirrorErrors: 50 }),
      ['bad: 5 % of the mirror’s answers are 5xx (50)', 'warn: 4.5 % of answers are 5xx (45)'],
    ],
    [
      counted(1000, 1000, { errors: 5, mirrorErrors: 25 }),
      ['bad: 2.5 % of the mirror’s answers are 5xx (25)'],
    ],
    // Of those that were answered.
    [
      counted(1000, 1000, { failed: 5, mirrorErrors: 10 }),
      ['warn: 1 % of the mirror’s answers are 5xx (10)'],
    ],
    [
      counted(1000, 1000, { failed: 900, mirrorErrors: 10 }),
      [
        'bad: 90 % of mirrored requests got no answer (900)',
        'bad: 10 % of the mirror’s answers are 5xx (10)',
      ],
    ],
    [counted(1000, 19, { mirrorErrors: 19 }), []],
    // Of so few requests one error is no share.
    [counted(19, 19, { errors: 19, failed: 19 }), []],
    [{ ...counted(3), isUnbalanced: true as const }, ['bad: The counts of a mirror do not add up']],
  ])('of %j', (route, expected) => {
    expect(texts(route)).toEqual(expected)
  })

  it('comes first, then the busiest; routes no one has counted are listed too', () => {
    const overview: SeriesOverview = {
      stepSeconds: 5,
      timestamps: [1, 2],
      routes: {
        'a/calm': counted(5000),
        'a/broken': counted(100, 0, { errors: 90 }),
        'a/shaky': counted(200, 0, { errors: 3 }),
      },
      source: { state: 'ok', lastScrape: 1, message: '' },
    }
    const rows = attentionRows(
      overview,
      new Map([
        ['a/new', null],
        ['a/refused', { urgency: 'bad', text: 'Not accepted' }],
      ]),
      new Map([
        ['a/new', 'do-not-promote'],
        ['a/calm', 'keep-watching'],
      ]),
    )
    expect(rows.map(({ name }) => name)).toEqual(['broken', 'new', 'refused', 'shaky', 'calm'])
    expect(rows[1]?.findings).toEqual([{ urgency: 'bad', text: 'Verdict: Do not promote' }])
    expect(attentionSentence(rows)).toBe('Needing attention: 3, worth a look: 1, fine: 1.')
    expect(totalsSentence(rows, 'Last hour')).toBe(
      '5,300 requests and 0 mirrored requests, last hour.',
    )
    expect(attentionSentence([])).toBe('There are no routes yet.')
  })
})
