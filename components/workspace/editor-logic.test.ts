import { describe, expect, it } from 'vitest'
import { baseOf, hasMovedOn, lastChange, reviewBaseOf } from '@/components/data/draft'
import { ABSENT, basesOfDraft, basesOfReview, kindsOf } from '@/components/data/review-base'
import { createEchoes, ECHOES_MAX } from '@/components/editor/echoes'
import { CELLS_MAX, countChangedLines } from '@/components/editor/line-diff'
import { toMarkers } from '@/components/editor/markers'
import {
  adjacentProblem,
  countProblems,
  describeProblems,
  pathBeside,
  sortProblems,
} from '@/components/language/problems'
import { changeGroups, lineNotes } from '@/components/review/change-groups'
import {
  conflictsByManager,
  explainConflicts,
  isOnlyOwnership,
} from '@/components/review/conflicts'
import type { FieldConflict, ManifestResult } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject, ManagedFieldsEntry } from '@/lib/gateway-api/types'
import type { ChangeOrigin, ReviewedChange } from '@/lib/manifest/three-way/review-changes'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { sameFix } from './use-fixer'

function problem(severity: Diagnostic['severity'], startLine: number, startColumn = 1): Diagnostic {
  const range = { startLine, startColumn, endLine: startLine, endColumn: startColumn }
  return { severity, code: 'c', message: 'm', fieldPath: '', documentIndex: 0, range }
}

describe('problems', () => {
  const all = [problem('info', 1), problem('warning', 9), problem('error', 5), problem('error', 2)]

  it('come in order of severity, then place', () => {
    const order = sortProblems(all).map(({ severity, range }) => `${severity} ${range.startLine}`)
    expect(order).toEqual(['error 2', 'error 5', 'warning 9', 'info 1'])
  })

  it('are counted in words', () => {
    expect(describeProblems(countProblems(all))).toBe('2 errors, 1 warning, 1 note')
    expect(describeProblems(countProblems([]))).toBe('No problems found')
  })

  it('are visited in order of place, round the end', () => {
    const at = (line: number, direction: 1 | -1) =>
      adjacentProblem(all, { line, column: 1 }, direction)?.range.startLine
    expect(at(1, 1)).toBe(2)
    expect(at(5, 1)).toBe(9)
    expect(at(9, 1)).toBe(1)
    expect(at(5, -1)).toBe(2)
    expect(at(1, -1)).toBe(9)
    expect(adjacentProblem([], { line: 1, column: 1 }, 1)).toBeUndefined()
  })

  it('name their path once', () => {
    const path = (message: string) =>
      pathBeside({ ...problem('error', 1), message, fieldPath: 'spec.a' })
    expect(path('unknown field "spec.a"')).toBe('')
    expect(path('spec.a: Required value')).toBe('')
    expect(path('must be a number')).toBe('spec.a')
  })

  it('become markers at least one column wide, with the field in front', () => {
    const [marker] = toMarkers([{ ...problem('warning', 3, 4), fieldPath: 'spec.x' }])
    expect(marker).toMatchObject({
      severity: 4,
      message: 'spec.x: m',
      startColumn: 4,
      endColumn: 5,
    })
  })
})

function result(conflicts: FieldConflict[]): ManifestResult {
  return {
    documentIndex: 0,
    apiVersion: 'v1',
    kind: 'Service',
    namespace: 'a',
    name: 'b',
    outcome: 'conflict',
    live: null,
    result: null,
    warnings: [],
    conflicts,
    left: [],
    dropped: [],
  }
}

describe('conflicts', () => {
  it('are grouped by manager, and are only about ownership when every one is', () => {
    const grouped = conflictsByManager([
      result([{ manager: 'kubectl', fields: ['.spec.a'], sameValues: true }]),
      result([{ manager: 'kubectl', fields: ['.spec.b'], sameValues: false }]),
    ])
    expect(grouped).toEqual([
      { manager: 'kubectl', fields: ['.spec.a', '.spec.b'], sameValues: false },
    ])
    expect(isOnlyOwnership(grouped)).toBe(false)
    expect(isOnlyOwnership([])).toBe(false)
  })

  it('are explained in one sentence that names the managers', () => {
    const same = [{ manager: 'kubectl', fields: ['.spec.a'], sameValues: true }]
    expect(explainConflicts(same)).toBe(
      'kubectl also manages 1 field with the values of your draft: taking over makes mirrorboard a manager of it and changes no value of theirs.',
    )
    const other = [{ manager: 'helm', fields: ['.spec.a', '.spec.b'], sameValues: false }]
    expect(explainConflicts(other)).toContain('helm manages 2 fields that your draft changes')
    expect(explainConflicts([...same, ...other])).toContain('kubectl and helm manage 3 fields')
  })
})

describe('draft', () => {
  const entry = (manager: string, time: string, subresource?: string): ManagedFieldsEntry => ({
    manager,
    time,
    operation: 'Apply',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: {},
    ...(subresource === undefined ? {} : { subresource }),
  })
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'a',
      uid: 'u',
      resourceVersion: '7',
      managedFields: [
        entry('kubectl', '2026-01-01T00:00:00Z'),
        entry('alice', '2026-01-03T00:00:00Z'),
        entry('controller', '2026-01-09T00:00:00Z', 'status'),
      ],
    },
  }

  it('knows who changed the object last, status writers apart', () => {
    expect(lastChange(object)).toEqual({ manager: 'alice', time: '2026-01-03T00:00:00Z' })
    expect(lastChange({ ...object, metadata: { name: 'a' } })).toBeNull()
  })

  it('is behind only when the text differs, not when a status made a new version', () => {
    const base = baseOf(object, 'text')
    expect(base).toEqual({ uid: 'u', resourceVersion: '7', text: 'text' })
    expect(hasMovedOn(base, 'text')).toBe(false)
    expect(hasMovedOn(base, 'other')).toBe(true)
    expect(hasMovedOn(null, 'other')).toBe(false)
    expect(hasMovedOn(base, null)).toBe(false)
  })
})

describe('what applying changes, in words', () => {
  const change = (origin: ChangeOrigin, more: Partial<ReviewedChange>): ReviewedChange => ({
    origin,
    path: ['spec', 'x'],
    before: undefined,
    after: undefined,
    drafted: undefined,
    ...more,
  })

  it('says whose change it is, the draft’s first and defaults last', () => {
    const groups = changeGroups([
      change('default', { after: 1 }),
      change('webhook', { before: 10, after: 50, drafted: 90 }),
      change('webhook', { drafted: 'gone', before: 'gone' }),
      change('webhook', { before: 1, after: 2 }),
      change('draft', { before: 10, after: 20, drafted: 20 }),
    ])
    expect(groups.map(({ heading, lines }) => [heading, ...lines])).toEqual([
      ['You change', 'spec.x: 10 → 20'],
      [
        'An admission webhook changes',
        'spec.x: your 90 becomes 50',
        'spec.x: your gone is dropped',
        'spec.x: 1 → 2',
      ],
      ['The server fills in defaults', 'spec.x: 1'],
    ])
  })

  it('counts what it does not list', () => {
    const many = Array.from({ length: 20 }, () => change('draft', { before: 1, after: 2 }))
    const [group] = changeGroups(many)
    expect([group?.count, group?.lines.length]).toEqual([20, 8])
  })

  it('stands behind the lines of the server’s answer', () => {
    const text = 'spec:\n  y: 1\n  x: 2\n'
    const changes = [change('default', { after: 2 }), change('webhook', { path: ['spec', 'z'] })]
    expect(lineNotes(text, changes)).toEqual([{ line: 3, text: 'default' }])
  })
})

describe('what a review guards', () => {
  const live: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'b', namespace: 'a', uid: 'u', resourceVersion: '7' },
  }
  const base = { uid: 'u', resourceVersion: '7', manifest: toEditableYaml(live) }

  it('is the HTTPRoute of a draft, and not what stands beside it', () => {
    const kinds = kindsOf('kind: Namespace\n---\nkind: HTTPRoute\n---\nkind: HTTPRoute\n')
    expect(basesOfDraft(kinds, ABSENT)).toEqual([null, ABSENT, ABSENT])
    expect(basesOfDraft(kinds, base)).toEqual([null, base, null])
    expect(basesOfDraft(kinds, undefined)).toBeUndefined()
    expect(basesOfDraft(kinds, ABSENT, ['Namespace'])).toEqual([ABSENT, null, null])
  })

  it('is everything a dry run has shown, once for each object', () => {
    const absent = { ...result([]), name: 'c' }
    expect(basesOfReview([{ ...result([]), live }, absent, absent])).toEqual([base, ABSENT, null])
  })

  it('is nothing there where a draft has no base', () => {
    expect(reviewBaseOf(null)).toEqual(ABSENT)
    expect(reviewBaseOf({ uid: 'u', resourceVersion: '7', text: 't' })).toEqual({
      uid: 'u',
      resourceVersion: '7',
      manifest: 't',
    })
  })
})

describe('echoes', () => {
  it('are recognised also when some are skipped', () => {
    const echoes = createEchoes()
    for (const text of ['n', 'na', 'nam']) echoes.sent(text)
    expect(echoes.isEcho('na')).toBe(true)
    expect(echoes.isEcho('n')).toBe(false)
  })

  it('are told from a text set from outside', () => {
    const echoes = createEchoes()
    echoes.sent('typed')
    expect(echoes.isEcho('live')).toBe(false)
    expect(echoes.isEcho('typed')).toBe(false)
  })

  it('are remembered up to a limit', () => {
    const echoes = createEchoes()
    for (let index = 0; index <= ECHOES_MAX; index += 1) echoes.sent(String(index))
    expect(echoes.isEcho('0')).toBe(false)
  })
})

describe('changed lines', () => {
  it('counts lines that only one text has', () => {
    expect(countChangedLines('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual({ added: 2, removed: 1 })
    expect(countChangedLines('', 'a\nb\n')).toEqual({ added: 2, removed: 0 })
    expect(countChangedLines('a\n', 'a\n')).toEqual({ added: 0, removed: 0 })
  })

  it('calls everything changed beyond its limit', () => {
    const side = Math.ceil(Math.sqrt(CELLS_MAX)) + 1
    const text = (prefix: string) =>
      Array.from({ length: side }, (_, index) => `${prefix}${index}`).join('\n')
    expect(countChangedLines(text('a'), text('b'))).toEqual({ added: side, removed: side })
  })
})

describe('a fix that was chosen while a newer text was checked', () => {
  const place = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 }
  const problem = (title: string, startLine: number): Diagnostic => ({
    severity: 'error',
    code: 'schema',
    message: title,
    fieldPath: 'spec',
    range: place,
    documentIndex: 0,
    fix: { kind: 'edit', title, text: 'x', range: { ...place, startLine } },
  })

  it('is done at its new place, and not at all where nothing needs it any more', () => {
    const wanted = { kind: 'edit', title: 'Remove', text: 'x', range: place } as const
    expect(sameFix([problem('Rename', 3), problem('Remove', 5)], wanted)).toMatchObject({
      title: 'Remove',
      range: { startLine: 5 },
    })
    expect(sameFix([problem('Rename', 3)], wanted)).toBeUndefined()
  })
})
