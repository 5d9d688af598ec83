import { inBatches } from '../../domain/batches';
import type { Catalog } from '../../domain/catalog';
import type { RecordScope } from '../../domain/range';
import { formatRecordKey, parseRecordKey, type RecordKey } from '../../domain/record-error';
import {
  type SelectedWhy,
  linksAmong,
  type SelectionLink,
  type SelectionLinks,
} from '../../domain/selection';
import { selectedObjects, insertSelected, markSearched, openAfter, type Search } from './selected-rows';
import { keyText } from '../columns/key-column';
import { waitForDistrict } from '../transfer/district-load';
import { DatabaseError } from '../connection/errors';
import {
  keyInterval,
  keyList,
  keyOf,
  keyOrder,
  keySelect,
  keysPerList,
  type KeySide,
} from '../mapping/keyset';
import { loadMapping } from '../mapping/load';
import type { ObjectMapping } from '../mapping/types';
import type { Editions } from '../connection/pools';
import { districtScope, where } from '../mapping/scope';
import { quoteName } from '../connection/sql';

/** What choosing records needs to know. */
export interface ChoiceJob {
  readonly editions: Editions;
  readonly catalog: Catalog;
  readonly scope: RecordScope;
  /** Id the selected records are stored under: the resync's, or the preview's. */
  readonly choiceId: string;
  /** Objects that the district sends in this school year, parents first. */
  readonly objects: readonly string[];
  readonly districtLoadCeiling?: number;
  readonly signal: AbortSignal;
  /** Called for each object looked into. */
  readonly onObject?: (object: string) => void;
}

/** An object in which nothing could be looked for, and why. */
export interface Unsearched {
  readonly object: string;
  readonly why: string;
}

/** District records of one answer. */
const recordsPerPage = 5_000;
/** Parents remembered as selected, for each object: most children of a page have the same few. */
const rememberedParents = 20_000;

/**
 * Looks for records around selected ones, down and up the references, set by set: a page of
 * selected keys at a time, their children or parents in pages of the district's. What is still to
 * be looked for is stored in the rows themselves, so that a repeated attempt continues, and what is
 * held in memory doesn't grow with the records.
 */
export class RecordSearch {
  private readonly links: SelectionLinks;
  private readonly mappings = new Map<string, ObjectMapping | Unsearched>();
  private readonly parentsSeen = new Map<string, Set<string>>();

  constructor(
    private readonly job: ChoiceJob,
    private readonly whyParent: SelectedWhy,
  ) {
    this.links = linksAmong(job.catalog, new Set(job.objects));
  }

  /** Asked of all that is selected, because an earlier attempt may have met them. */
  async unsearched(): Promise<Unsearched[]> {
    const { above, below } = this.links;
    const selected = await selectedObjects(this.job.editions, this.job.choiceId);
    for (const object of selected) {
      for (const { parent } of above.get(object) ?? []) await this.mappingOf(parent);
      if (this.whyParent !== 'ancestor') continue;
      for (const { child } of below.get(object) ?? []) await this.mappingOf(child);
    }
    return [...this.mappings.values()].filter((mapping): mapping is Unsearched => 'why' in mapping);
  }

  async insert(object: string, why: SelectedWhy, search: Search, keys: readonly RecordKey[]): Promise<void> {
    const { editions, choiceId } = this.job;
    await insertSelected(editions, { choiceId, object, why, search: this.openFor(object, search) }, keys);
  }

  /** Nothing is looked for where nothing can be. */
  private openFor(object: string, search: Search): Search {
    if (search === 'down' && this.links.below.has(object)) return 'down';
    return search === null ? null : this.above(object);
  }

  private above(object: string): Search {
    return this.links.above.has(object) ? 'up' : null;
  }

  /**
   * Parents first, so that one pass finds all but what hangs in circles; the next pass finds those.
   */
  async searchBelow(): Promise<void> {
    const search = (object: string) =>
      this.eachPage(object, 'down', this.above(object), (keys) => this.selectChildren(object, keys));
    while (await this.anyOf(this.job.objects, search));
  }

  async searchAbove(): Promise<void> {
    const search = (object: string) =>
      this.eachPage(object, 'up', null, (keys) => this.selectParents(object, keys));
    while (await this.anyOf(this.job.objects.toReversed(), search));
  }

  private async anyOf(
    objects: readonly string[],
    search: (object: string) => Promise<boolean>,
  ): Promise<boolean> {
    let any = false;
    for (const object of objects) if (await search(object)) any = true;
    return any;
  }

  /** @returns whether there was anything to look for */
  private async eachPage(
    object: string,
    search: Search,
    left: Search,
    work: (keys: readonly RecordKey[]) => Promise<void>,
  ): Promise<boolean> {
    const { editions, choiceId } = this.job;
    let after: string | null = null;
    for (;;) {
      this.job.signal.throwIfAborted();
      const page = await openAfter(editions, { choiceId, object, search, after, limit: keysPerList });
      if (page.length === 0) return after !== null;
      if (after === null) this.job.onObject?.(object);
      await waitForDistrict(this.job);
      await work(page.map(parseRecordKey));
      // After the work: an attempt that dies in between looks again.
      await markSearched(editions, { choiceId, object, left }, page);
      after = page.at(-1)!;
    }
  }

  private async selectChildren(parent: string, keys: readonly RecordKey[]): Promise<void> {
    for (const link of this.links.below.get(parent) ?? []) {
      const mapping = await this.mappingOf(link.child);
      if (mapping === null) continue;
      const held = this.heldKey(mapping, link);
      const condition = keyList(
        held,
        keys.map((key) => this.fromParentKey(link, key)),
      );
      await this.eachRecord(mapping, condition, (found) =>
        this.insert(link.child, 'descendant', 'down', found),
      );
    }
  }

  private async eachRecord(
    mapping: ObjectMapping,
    condition: string,
    work: (keys: readonly RecordKey[]) => Promise<void>,
  ): Promise<void> {
    const { editions, scope, signal } = this.job;
    const { districtKey, districtTable } = mapping;
    let after: RecordKey | null = null;
    for (;;) {
      signal.throwIfAborted();
      const conditions: string[] = [
        ...districtScope(mapping, scope),
        condition,
        ...keyInterval(districtKey, { after, upTo: null }),
      ];
      const rows = await editions.district.rows(
        `SELECT ${keySelect(districtKey)} FROM ${districtTable} ${where(conditions)}
          ORDER BY ${keyOrder(districtKey)} LIMIT ${recordsPerPage}`,
      );
      const keys: RecordKey[] = rows.map((row) => keyOf(districtKey, row));
      if (keys.length > 0) await work(keys);
      if (keys.length < recordsPerPage) return;
      after = keys.at(-1)!;
    }
  }

  private async selectParents(child: string, keys: readonly RecordKey[]): Promise<void> {
    const mapping = await this.mappingOf(child);
    if (mapping === null) return;
    const { editions, scope } = this.job;
    for (const link of this.links.above.get(child) ?? []) {
      const held = this.heldKey(mapping, link).columns;
      const rows = await editions.district.rows(
        `SELECT DISTINCT ${held.map(({ column }) => keyText(column)).join(', ')} FROM ${mapping.districtTable}
          ${where([
            ...districtScope(mapping, scope),
            keyList(mapping.districtKey, keys),
            ...held.map(({ name }) => `${quoteName(name)} IS NOT NULL`),
          ])}`,
      );
      await this.selectIfThere(
        link.parent,
        rows.map((row) => this.toParentKey(link, row.map(String))),
      );
    }
  }

  /**
   * Parents by the key as the district's own table of them has it: those of another school year
   * aren't touched.
   */
  private async selectIfThere(object: string, keys: readonly RecordKey[]): Promise<void> {
    const fresh = this.notSeen(object, keys);
    const mapping = fresh.length === 0 ? null : await this.mappingOf(object);
    if (mapping === null) return;
    for (const part of inBatches(fresh, keysPerList)) {
      await this.eachRecord(mapping, keyList(mapping.districtKey, part), (found) =>
        this.insert(object, this.whyParent, 'up', found),
      );
    }
  }

  private notSeen(object: string, keys: readonly RecordKey[]): RecordKey[] {
    let seen = this.parentsSeen.get(object);
    if (seen === undefined || seen.size > rememberedParents)
      this.parentsSeen.set(object, (seen = new Set<string>()));
    return keys.filter((key) => {
      const text = formatRecordKey(key);
      const known = seen.has(text);
      seen.add(text);
      return !known;
    });
  }

  /**
   * `null`: the object's tables don't fit each other; it is sent nothing and says so when its turn
   * comes.
   */
  private async mappingOf(object: string): Promise<ObjectMapping | null> {
    let mapping = this.mappings.get(object);
    if (mapping === undefined) {
      mapping = await loadMapping(this.job.editions, this.job.catalog, object).catch((error: unknown) => {
        if (error instanceof DatabaseError && error.errorClass === 'configuration')
          return { object, why: error.message };
        throw error;
      });
      this.mappings.set(object, mapping);
    }
    return 'why' in mapping ? null : mapping;
  }

  /** The child's columns that hold the parent's key. */
  private heldKey({ districtShape }: ObjectMapping, { reference }: SelectionLink): KeySide {
    return {
      columns: reference.columns.map((name) => ({
        name,
        column: districtShape.columns.get(name)!,
        order: null,
      })),
    };
  }

  /** From the order of the parent's key to that of the reference. */
  private fromParentKey({ parent, reference }: SelectionLink, key: RecordKey): RecordKey {
    const columns = this.keyOfObject(parent);
    return reference.parentColumns.map((name) => key[columns.indexOf(name)]!);
  }

  private toParentKey({ parent, reference }: SelectionLink, held: readonly string[]): RecordKey {
    return this.keyOfObject(parent).map((name) => held[reference.parentColumns.indexOf(name)]!);
  }

  private keyOfObject(name: string): readonly string[] {
    return this.job.catalog.objects.find((object) => object.name === name)!.key;
  }
}
