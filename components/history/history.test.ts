import { describe, expect, test } from 'vitest'
import type { Revision } from '@/lib/dashboard-api/history'
import { changeLines, chosenRevisions, whatHappened } from './revision-text'

function revision(id: number, more: Partial<Revision> = {}): Revision {
  return {
    id,
    at: 0,
    action: 'changed',
    manager: 'kubectl-edit',
    operation: 'Update',
    uid: 'u',
    generation: id,
    unseen: 0,
    changes: [],
    changesMore: 0,
    ...more,
  }
}

test('a revision in words', () => {
  expect(whatHappened(revision(1))).toBe('Changed by kubectl-edit')
  expect(whatHappened(revision(1, { action: 'deleted', manager: '' }))).toBe('Deleted')
  expect(whatHappened(revision(1, { action: 'found' }))).toBe('First seen')
  expect(changeLines(revision(1, { changes: ['a: 1 → 2'], changesMore: 1, unseen: 2 }))).toEqual([
    'a: 1 → 2',
    'and 1 more difference',
    '2 changes in between happened while Mirrorboard was not running',
  ])
})

describe('the revisions to compare', () => {
  const all = [revision(5), revision(4), revision(2)]
  const ids = (asked: { revision: string; against: string }, revisions = all) => {
    const { shown, against } = chosenRevisions(revisions, asked)
    return [shown?.id, against?.id]
  }

  test.each([
    [{ revision: '', against: '' }, [5, 4]],
    [{ revision: '4', against: '' }, [4, 2]],
    [{ revision: '2', against: '' }, [2, undefined]],
    [{ revision: '2', against: '5' }, [2, 5]],
    [{ revision: '99', against: 'x' }, [5, 4]],
  ])('%j are %j', (asked, expected) => {
    expect(ids(asked)).toEqual(expected)
  })

  test('are none without revisions', () => {
    expect(ids({ revision: '', against: '' }, [])).toEqual([undefined, undefined])
  })
})
