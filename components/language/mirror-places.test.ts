import { expect, test } from 'vitest'
import { mirrorPlaces } from './mirror-places'

const ROUTE = `kind: HTTPRoute
spec:
  rules:
  - filters:
    - type: RequestMirror
      requestMirror: {backendRef: {name: a}}
  - filters: [{type: URLRewrite}, {type: RequestMirror}]
  - filters: none
  - 7
`

test('every mirror filter has its line', () => {
  expect(mirrorPlaces(ROUTE)).toEqual([
    { rule: 0, filterIndex: 0, line: 5 },
    { rule: 1, filterIndex: 1, line: 7 },
  ])
})

test.each(['', 'spec: 5', 'spec: {rules: {a: 1}}', 'spec: [', '- a'])('%j has none', (text) => {
  expect(mirrorPlaces(text)).toEqual([])
})
