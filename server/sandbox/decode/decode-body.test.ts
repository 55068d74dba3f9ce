import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseYamlBody } from './decode-body'

const CASES = new URL('../../../lib/manifest/testdata/kubectl-yaml.ndjson', import.meta.url)

describe('a YAML body', () => {
  test('has the value that Kubernetes reads in it', () => {
    const lines = readFileSync(CASES, 'utf8').trimEnd().split('\n')
    let read = 0
    for (const { yaml, json } of lines.map((line) => JSON.parse(line))) {
      const parsed = parseYamlBody(yaml)
      if (json === undefined || !parsed.ok) continue
      read += 1
      expect(parsed.value.value, yaml).toEqual(JSON.parse(json))
    }
    expect(read).toBeGreaterThan(1000)
  })

  test.each([
    ['a: .inf', 'error converting YAML to JSON: json: unsupported value: +Inf'],
    ['a: !!int b', 'error converting YAML to JSON: yaml: cannot decode !!str `b` as a !!int'],
    ['a: *b', "error converting YAML to JSON: yaml: unknown anchor 'b' referenced"],
  ])('is refused in the words of Kubernetes: %s', (yaml, message) => {
    const parsed = parseYamlBody(yaml)
    expect(parsed.ok ? '' : parsed.error.message).toContain(message)
  })
})
