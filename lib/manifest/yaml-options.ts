import { Scalar, type ScalarTag, type Tags } from 'yaml'

/**
 * YAML as kubectl reads it: version 1.2 except for the words and octal numbers that its Go library still
 * takes from version 1.1. Used for writing too, so that such a word as text gets its quotes.
 * Source: https://github.com/kubernetes-sigs/yaml (goyaml.v2, resolve.go).
 */

const OLD_BOOLEAN: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  identify: () => false,
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => new Scalar(/^(?:y|on)/i.test(text)),
}

const OLD_OCTAL: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:int',
  format: 'OCT',
  identify: () => false,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
}

export const KUBECTL_YAML = {
  version: '1.2',
  customTags: (tags: Tags): Tags => [OLD_BOOLEAN, OLD_OCTAL, ...tags],
} as const
