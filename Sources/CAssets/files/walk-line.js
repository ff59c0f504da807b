// A building's records as one line for a chat: the node reads it as `ResultLine` says, and counts each record once on
// whichever ways it comes.
import { standing } from "./walk-store.js";

const DISPOSITIONS = {
  completed: "c", partial: "p", nobody_home: "n", absent: "a", postponed: "l", refused: "r", vacant: "v",
  not_dwelling: "s", not_found: "f", moved: "m", language: "g", other: "o",
};
export const CLASSES = {
  tested: "t", elsewhere_verified: "e", elsewhere_unverified: "w", exempt: "x", deferred: "d", other_channel: "o",
  home_service: "h", refused: "r", untested: "u", absent: "a",
};

function answer(record) {
  const people = Object.keys(CLASSES).filter((name) => record.people?.[name] > 0);
  return DISPOSITIONS[record.disposition] + people.map((name) => CLASSES[name] + record.people[name]).join("");
}

/** @returns {string} empty where nothing was recorded that stands */
export function line(building, records, device) {
  const kept = standing(records);
  if (!kept.length) return "";
  const short = (id) => (id.startsWith(building.base) ? id.slice(building.base.length) : id);
  const units = new Map();
  for (const record of kept) {
    const [, unit, room] = record.door.split("-");
    const said = `${room}/${answer(record)}/${[record.id, ...record.supersedes].map(short).join("~")}`;
    units.set(unit, [...(units.get(unit) ?? []), said]);
  }
  const doors = new Set(kept.map((record) => record.door)).size;
  const time = Math.max(...kept.map((record) => record.observedAt)).toString(36);
  const list = [...units].map(([unit, said]) => `${unit}=${said.join(",")}`).join(";");
  const text = `家园·${building.building}栋·${doors}户·${building.campaign}/${device}/${time}/${building.base}/${list}`;
  return `${text}·校验${checksum(text)}`;
}

/** CRC-32 of the text in UTF-8, 8 digits. */
export function checksum(text) {
  let rest = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return ((~rest) >>> 0).toString(16).toUpperCase().padStart(8, "0");
}
