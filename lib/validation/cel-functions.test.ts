import { describe, expect, test } from 'vitest'
import { evaluateCel } from './cel-program'

describe('functions that kube-apiserver gives to rules', () => {
  test.each([
    ['[3, 1, 2].min()', 1n],
    ['[3, 1, 2].max()', 3n],
    ['[1].min() == [1].max()', true],
    ['["b", "a"].min()', 'a'],
    ['[2.5, 1.5].max()', 2.5],
    ['[1, 2, 3].sum()', 6n],
    ['[1.5, 2.0].sum()', 3.5],
    ['[1, 1, 2].isSorted()', true],
    ['[2, 1].isSorted()', false],
    ['["a"].isSorted()', true],
    ['[1, 2, 1].indexOf(1)', 0n],
    ['[1, 2, 1].lastIndexOf(1)', 2n],
    ['[1].indexOf(3)', -1n],
    ['duration("90s") == duration("1m30s")', true],
    ['isIP("10.0.0.1") && !isIP("10.0.0.256") && !isIP("010.0.0.1")', true],
    ['isURL("/a") && !isURL("a b")', true],
    ['isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0/33")', true],
    ['optional.of(1).hasValue() && !optional.none().hasValue()', true],
    ['optional.of(1).value()', 1n],
    ['optional.none().orValue(7)', 7n],
    ['optional.of(1).orValue(7)', 1n],
    ['format.named("nobody").hasValue()', false],
    ['format.named("uuid").hasValue()', true],
    ['format.dns1123Label().validate("a-b").hasValue()', false],
    ['format.dns1123Label().validate("A").hasValue()', true],
    ['format.dns1123LabelPrefix().validate("a-").hasValue()', false],
    ['format.dns1035Label().validate("1a").hasValue()', true],
    ['format.dns1123Subdomain().validate("a.b").hasValue()', false],
    ['format.qualifiedName().validate("a/b/c").hasValue()', true],
    ['format.labelValue().validate("").hasValue()', false],
    ['format.uri().validate("a b").value()[0]', 'invalid URI for request'],
    ['format.uuid().validate("x").value()[0]', 'does not match the UUID format'],
    ['format.byte().validate("x").value()[0]', 'invalid base64'],
    ['format.date().validate("x").value()[0]', 'invalid date'],
    ['format.datetime().validate("x").value()[0]', 'invalid datetime'],
  ])('%s', (rule, value) => {
    expect(evaluateCel(rule, { self: null })).toEqual({ is: 'value', value })
  })

  test.each([
    ['[].min() == 1', /min called on empty list/],
    ['[].max() == 1', /max called on empty list/],
    ['[true].sum() == 1', /no such overload/],
    ['optional.none().value() == 1', /optional\.none\(\) dereference/],
    ['duration("x") == duration("1s")', /type conversion error/],
  ])('%s fails', (rule, message) => {
    expect(evaluateCel(rule, { self: null })).toEqual({
      is: 'error',
      reason: expect.stringMatching(message),
    })
  })
})
