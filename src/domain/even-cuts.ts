/**
 * Cuts a stretch of whole numbers into even parts, without knowing what lies in it.
 * @param first exclusive lower end
 * @param last inclusive upper end
 * @param width that a part should have, at least 1
 * @param most parts at most, at least 1: they are wider where that many don't suffice
 * @returns where a part ends and the next begins, in order, all between first and last
 */
export function evenCuts(
  { first, last }: { readonly first: bigint; readonly last: bigint },
  { width, most }: { readonly width: bigint; readonly most: number },
): bigint[] {
  const length = last - first;
  const suffices = width * BigInt(most) >= length;
  const step = suffices ? width : (length + BigInt(most) - 1n) / BigInt(most);
  const cuts: bigint[] = [];
  for (let cut = first + step; cut < last; cut += step) cuts.push(cut);
  return cuts;
}
