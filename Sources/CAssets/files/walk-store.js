// What the phone keeps: the doors as the node last told them, and what was recorded here. A promise is kept only once
// the browser has said that the change is durable.
const EDITION = 1;
// The first 26 digits of the ids of a building's records; the last 6 are drawn for each.
const [BASE_BYTES, TAG_BYTES] = [13, 3];
const WEEK = 7 * 86400;

export const now = () => Math.floor(Date.now() / 1000);

function draw(bytes) {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** How much an answer settles; 2 and 1 contradict another answer, 0 asks for another call. */
export const settles = (disposition) => disposition !== "nobody_home" && disposition !== "postponed";

// Seconds within which nobody calls at a door twice.
const CALL = 600;

/** When the call began in which something was recorded: with what it takes back. */
function began(record, own) {
  return own.filter((one) => record.supersedes.includes(one.id)).map((one) => began(one, own)).reduce((a, b) => Math.min(a, b), record.observedAt);
}

/** Records that no later one of this phone takes back; what the node refused takes nothing back. */
export function standing(records) {
  const taken = records.filter((record) => record.state !== "refused");
  const back = new Set(taken.flatMap((record) => record.supersedes));
  return taken.filter((record) => !back.has(record.id));
}

export class Store {
  /**
   * @param unit the compound: another one's machine may have the same address on another network, and what was recorded
   * at its doors belongs there
   */
  static open(unit) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(`jiayuan-walk-${unit}`, EDITION);
      request.onupgradeneeded = () => {
        const records = request.result.createObjectStore("records", { keyPath: "number", autoIncrement: true });
        records.createIndex("id", "id", { unique: true });
        records.createIndex("place", ["campaign", "building"]);
        request.result.createObjectStore("buildings", { keyPath: "building" });
        request.result.createObjectStore("phone", { keyPath: "name" });
      };
      request.onsuccess = () => resolve(new Store(request.result));
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
  }

  constructor(database) {
    this.database = database;
    database.onversionchange = () => database.close();
  }

  /** One transaction. `act` gets its stores by name and a function that takes the result. */
  change(names, act) {
    return new Promise((resolve, reject) => {
      const work = this.database.transaction(names, "readwrite", { durability: "strict" });
      let result;
      work.oncomplete = () => resolve(result);
      work.onabort = () => reject(work.error ?? new Error("aborted"));
      act(Object.fromEntries(names.map((name) => [name, work.objectStore(name)])), (value) => { result = value; }, work);
    });
  }

  read(name, ask) {
    return new Promise((resolve, reject) => {
      const request = ask(this.database.transaction(name).objectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** What this phone is called where no invite says it. */
  device() {
    return this.change(["phone"], ({ phone }, tell) => {
      const known = phone.get("device");
      known.onsuccess = () => {
        const device = known.result?.value ?? `p-${draw(4)}`;
        if (!known.result) phone.add({ name: "device", value: device });
        tell(device);
      };
    });
  }

  building(code) { return this.read("buildings", (store) => store.get(code)); }

  /** The doors as the node tells them. The base stays for a round, whatever is loaded again and in however many tabs. */
  keepBuilding(told) {
    return this.change(["buildings"], ({ buildings }, tell) => {
      const known = buildings.get(told.building);
      known.onsuccess = () => {
        const same = known.result?.campaign === told.campaign;
        const kept = { ...told, base: same ? known.result.base : draw(BASE_BYTES), at: now() };
        buildings.put(kept);
        tell(kept);
      };
    });
  }

  records(campaign, building) {
    return this.read("records", (store) => store.index("place").getAll([campaign, building]));
  }

  all() { return this.read("records", (store) => store.getAll()); }

  /**
   * One answer for a door.
   *
   * It takes back what this phone said of the door before, if that was final, is corrected on purpose or was in the same
   * call, and what the same person had said when the node told the doors. Somebody else's answer stands beside it: if they
   * differ, a person settles it. A refused record makes way.
   */
  add(building, door, answer, corrected) {
    return this.change(["records"], ({ records }, tell, work) => {
      const kept = records.index("place").getAll([building.campaign, building.building]);
      kept.onsuccess = () => {
        const own = kept.result.filter((record) => record.door === door.code);
        const refused = own.filter((record) => record.state === "refused");
        const isCall = (record) => Math.abs(now() - began(record, own)) < CALL;
        const back = standing(own).filter((record) => record.id === corrected || settles(record.disposition) || isCall(record));
        const told = building.own?.[door.code] ?? [];
        const ids = new Set(kept.result.map((record) => record.id));
        let id;
        do { id = building.base + draw(TAG_BYTES); } while (ids.has(id));
        const supersedes = [...back.map((record) => record.id), ...refused.flatMap((record) => record.supersedes), ...told];
        const record = {
          id, campaign: building.campaign, building: building.building, door: door.code, ...answer, observedAt: now(),
          supersedes: [...new Set(supersedes)], state: "waiting", tries: 0,
        };
        for (const old of refused) records.delete(old.number);
        records.add(record).onerror = () => work.abort();
        tell(record);
      };
    });
  }

  /** Takes a record out again that was certainly never sent. Returns whether it was. */
  withdraw(id) {
    return this.change(["records"], ({ records }, tell) => {
      const kept = records.index("id").get(id);
      kept.onsuccess = () => {
        const never = kept.result?.state === "waiting" && kept.result.tries === 0;
        if (never) records.delete(kept.result.number);
        tell(never);
      };
    });
  }

  /** Changes those of the records that are still there. Returns which. */
  note(ids, changes) {
    return this.change(["records"], ({ records }, tell) => {
      const there = new Set();
      tell(there);
      for (const id of ids) {
        const kept = records.index("id").get(id);
        kept.onsuccess = () => {
          if (!kept.result) return;
          there.add(id);
          records.put({ ...kept.result, ...changes(kept.result) });
        };
      }
    });
  }

  /** What was sent a week ago is in the journal and on nobody's mind. */
  async forget() {
    const old = (await this.all()).filter((record) => record.state === "sent" && record.observedAt < now() - WEEK);
    if (old.length) await this.change(["records"], ({ records }) => old.forEach((record) => records.delete(record.number)));
  }
}
