/**
 * All pairs of where two ends are: of those that stand together one is enough, and of the lists all must agree. Anybody is at each of its
 * places; anything else is at one of several, and not known at which.
 */
export function pairsOf<T>(
  sources: readonly T[],
  targets: readonly T[],
  isAnyonesSource: boolean,
  isAnyonesTarget: boolean,
): readonly (readonly (readonly [T, T])[])[] {
  const apart = (places: readonly T[], isAnyones: boolean): readonly (readonly T[])[] =>
    isAnyones ? [places] : places.map((place) => [place]);
  return apart(sources, isAnyonesSource).flatMap((some) =>
    apart(targets, isAnyonesTarget).map((others) => some.flatMap((a) => others.map((b) => [a, b] as const))),
  );
}
