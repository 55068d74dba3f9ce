import { expect, test } from 'vitest'
import { isServiceAddress } from './service-addresses'

test.each([
  ['10.96.0.1', true],
  ['10.96.0.0', false],
  ['10.96.0.-1', false],
  ['10.96.1.-1', false],
  ['10.97.-1.5', false],
  ['10.96.1.256', false],
  ['10.96.1.255', true],
  ['10.96.1', false],
  ['10.96.1.1.1', false],
  ['10.96.1.x', false],
  ['10.95.255.255', false],
  ['11.0.0.1', false],
  ['', false],
])('%s may be given to a Service: %s', (address, expected) => {
  expect(isServiceAddress(address)).toBe(expected)
})
