/** Every bound of the comparison, with what happens at it. */
export const COMPARISON_LIMITS = {
  /** Values of one pair's bodies that are compared; the rest of that pair is not, and the pair is counted as cut short. */
  valuesPerPairMax: 20_000,
  /** Nesting that is compared; a body with more is not, and is counted by the reason `too_deep`. */
  depthMax: 64,
  /** Items of a list that are matched by key or content; a longer list is compared in order. */
  alignedItemsMax: 1_000,
  /** Fields of a list's items that are tried as their key; with more, the list is matched by content or place. */
  keyFieldsMax: 32,
  /** Distinct path patterns kept apart for one comparison; further ones are counted together as `…`. */
  patternsMax: 2_000,
  /** Distinct keys of one object pattern; further ones are counted together as `{*}`. */
  keysPerPatternMax: 200,
  /** Characters of a key that are kept. */
  keyLengthMax: 64,
  /** Distinct differences (kind and path pattern); further ones are counted together as `…`. */
  groupsMax: 1_000,
  /**
   * Distinct sets of differences that pairs showed, and characters to write them. Pairs with a further set are counted as
   * showing differences that are not known: they may count against the mirror, and never for it.
   */
  signaturesMax: 4_096,
  signatureCharsMax: 512 * 1024,
  /** Distinct paths of requests; further segments are counted together as `{*}`. */
  endpointsMax: 500,
  /** Distinct segments at one place of a request path before they are taken for a parameter. */
  segmentsPerPlaceMax: 40,
  /** Cells of the status matrix; further ones are counted as `other`. */
  statusPairsMax: 400,
  /** Endpoints named for one difference. */
  endpointsPerGroupMax: 5,
  /** Examples of values kept for one difference. */
  samplesPerGroupMax: 3,
  /** Characters of a value in an example. */
  sampleLengthMax: 160,
  /** Values and orders remembered for one difference, to tell noise from a change. */
  rememberedPerGroupMax: 64,
  /** Words on each side that are marked one by one; longer texts are marked as a whole between their equal ends. */
  wordsMax: 400,
} as const

/** The reason of a pair that has more values than `valuesPerPairMax`. */
export const CUT_SHORT = 'cut_short'
