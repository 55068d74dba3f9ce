import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import {
  appendLog,
  EMPTY_LOG,
  LOG_LINE_LENGTH_MAX,
  LOG_LINES_MAX,
  searchLog,
} from '@/components/data/log-buffer'
import { echoBackendManifest, serviceNameError } from './echo-template'
import { existsText, takenNames } from './taken-names'

describe('log buffer', () => {
  it('joins chunks into lines', () => {
    const log = appendLog(appendLog(EMPTY_LOG, 'one\ntw'), 'o\n')
    expect(log.lines.map(({ number, text }) => `${number} ${text}`)).toEqual(['1 one', '2 two'])
  })

  it('drops the oldest lines at its limit and counts them', () => {
    const text = Array.from({ length: LOG_LINES_MAX + 5 }, (_, index) => `line ${index}\n`).join('')
    const log = appendLog(EMPTY_LOG, text)
    expect(log.lines).toHaveLength(LOG_LINES_MAX)
    expect(log.dropped).toBe(5)
    expect(log.lines[0]?.text).toBe('line 5')
    expect(appendLog(log, 'next\n').lines.at(-1)?.number).toBe(LOG_LINES_MAX + 6)
  })

  it('cuts a line that is too long, finished or not', () => {
    const long = 'x'.repeat(LOG_LINE_LENGTH_MAX * 2)
    expect(appendLog(EMPTY_LOG, long).rest).toHaveLength(LOG_LINE_LENGTH_MAX)
    expect(appendLog(EMPTY_LOG, `${long}\n`).lines[0]?.text).toHaveLength(LOG_LINE_LENGTH_MAX)
  })

  it('is searched without regard to case', () => {
    const { lines } = appendLog(EMPTY_LOG, 'GET /a\nPOST /b\n')
    expect(searchLog(lines, ' post ').map(({ text }) => text)).toEqual(['POST /b'])
    expect(searchLog(lines, '')).toBe(lines)
  })
})

describe('echo backend', () => {
  it('is a ServiceAccount, a Service and a Deployment of one name', () => {
    const text = echoBackendManifest({ name: 'b-3', namespace: 'shop', port: 8080, replicas: 2 })
    const objects = parseAllDocuments(text).map((document) => document.toJS())
    expect(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
    ).toEqual(['ServiceAccount shop/b-3', 'Service shop/b-3', 'Deployment shop/b-3'])
    expect(objects[1].spec.ports).toEqual([{ name: 'http', port: 8080, targetPort: 3000 }])
    expect(objects[1].spec.selector).toEqual({ app: 'b-3' })
    expect(objects[2].spec.template.metadata.labels).toMatchObject({ app: 'b-3' })
  })

  it('takes only names that a Service may have', () => {
    expect(serviceNameError('backend-3')).toBeUndefined()
    for (const name of ['', '3backend', 'Backend', 'a-', 'a'.repeat(64)]) {
      expect(serviceNameError(name)).toBeDefined()
    }
  })
})

describe('names that are taken', () => {
  const named = (kind: string, ...names: string[]) => ({
    kind,
    objects: names.map((name) => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'a' } })),
  })
  const lists = [named('Service', 'one', 'two'), named('Deployment', 'one')]

  it('are those of any kind, in the same namespace', () => {
    expect([...takenNames(lists, 'a')]).toEqual(['one', 'two'])
    expect([...takenNames(lists, 'b')]).toEqual([])
  })

  it('are said with the kinds that have them', () => {
    expect(existsText(lists, 'a', 'one')).toBe('Service and Deployment one exist already in a.')
    expect(existsText(lists, 'a', 'two')).toBe('Service two exists already in a.')
    expect(existsText(lists, 'b', 'two')).toBeUndefined()
  })
})
