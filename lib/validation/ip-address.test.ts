import { expect, test } from 'vitest'
import { parseIpAddress } from './ip-address'

test.each([
  ['0.0.0.0', [0, 0, 0, 0]],
  ['255.255.255.255', [255, 255, 255, 255]],
  ['256.0.0.0', undefined],
  ['0.0.0.-1', undefined],
  ['0.0.0.', undefined],
  ['1.2.3', undefined],
  ['1.2.3.4.5', undefined],
  ['01.2.3.4', undefined],
  ['::', Array(16).fill(0)],
  ['::1', [...Array(15).fill(0), 1]],
  ['1::', [0, 1, ...Array(14).fill(0)]],
  ['1::2', [0, 1, ...Array(12).fill(0), 0, 2]],
  ['102:304:506:708:90a:b0c:d0e:f10', Array.from({ length: 16 }, (_, at) => at + 1)],
  ['::ffff:1.2.3.4', [...Array(10).fill(0), 255, 255, 1, 2, 3, 4]],
  ['::ffff:01.2.3.4', undefined],
  ['1.2.3.4::', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['1:2:3:4:5:6:7::8', undefined],
  ['1:2:3:4:5:6::7', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 7]],
  ['1:2:3:4:5:6:7:8:9', undefined],
  ['1::2::3', undefined],
  ['1::2:g', undefined],
  ['g::', undefined],
  ['12345::', undefined],
])('%s', (text, bytes) => {
  expect(parseIpAddress(text)).toEqual(bytes)
})

test('leading zeros of IPv4 are tolerated where kube-apiserver does', () => {
  expect(parseIpAddress('010.0.0.1', true)).toEqual([10, 0, 0, 1])
  expect(parseIpAddress('::010.0.0.1', true)?.slice(-4)).toEqual([10, 0, 0, 1])
  expect(parseIpAddress('256.0.0.1', true)).toBeUndefined()
})
