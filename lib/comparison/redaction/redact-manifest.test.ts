import { expect, test } from 'vitest'
import { redactManifest } from './redact-manifest'

const filter = (value: string) => ({
  type: 'RequestHeaderModifier',
  requestHeaderModifier: {
    set: [
      { name: 'X-Api-Key', value },
      { name: 'X-Version', value: '2' },
    ],
  },
})

test('a manifest keeps everything but its secrets, in annotations that hold JSON too', () => {
  const route = (secret: string, note: string) => ({
    metadata: {
      name: 'shop',
      annotations: {
        note,
        'mirrorboard.dev/promotion': JSON.stringify({ filter: filter(secret) }),
      },
    },
    spec: {
      rules: [{ filters: [filter(secret)], backendRefs: [{ name: 'token-service', port: 80 }] }],
    },
  })
  expect(redactManifest(route('hunter2', 'ask tea@mail.example, Bearer abc123def456'))).toEqual(
    route('[redacted]', 'ask [redacted], Bearer [redacted]'),
  )
})
