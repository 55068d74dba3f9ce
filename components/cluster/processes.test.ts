import { expect, test } from 'vitest'
import { processesOf } from './processes'

test('parts of one process are one row, in its worst state, with its memory once', () => {
  const rows = processesOf({
    sandbox: { status: 'ok', message: '', pid: 1, residentBytes: 100 },
    observer: { status: 'ok', message: '', pid: 2, residentBytes: 200 },
    history: { status: 'failed', message: 'no disk', pid: 2, residentBytes: 200 },
    traffic: { status: 'starting', message: 'soon', pid: 2 },
    gateway: { status: 'starting', message: '' },
    controller: { status: 'starting', message: '' },
  })
  expect(rows).toEqual([
    { name: 'sandbox', status: 'ok', message: '', pid: 1, residentBytes: 100 },
    {
      name: 'observer, history, traffic',
      status: 'failed',
      message: 'no disk',
      pid: 2,
      residentBytes: 200,
    },
    { name: 'gateway', status: 'starting', message: '', pid: null, residentBytes: null },
    { name: 'controller', status: 'starting', message: '', pid: null, residentBytes: null },
  ])
})
