/// Receives one file: its name, without a folder, and its text.
package typealias FileSink = (_ name: String, _ text: String) throws -> Void

extension World {
    /// All files of the world, one compound at a time: `units.csv`, `divisions.csv` for invented
    /// communities, for each unit `registry-<unit>.csv`, `gates-<unit>.csv` and `observations-<unit>.jsonl`,
    /// and `truth.json` at last. Whatever the sink throws ends it.
    package func write(to sink: FileSink) rethrows {
        try sink("units.csv", unitsCSV)
        if !divisions.isEmpty { try sink("divisions.csv", divisionsCSV) }
        var truth = TruthText(world: self)
        for unit in units {
            let evening = evening(of: unit)
            try sink("registry-\(unit.code).csv", evening.plan.registryCSV)
            try sink("gates-\(unit.code).csv", evening.plan.gatesCSV)
            try sink("observations-\(unit.code).jsonl", evening.observationsJSONL)
            truth.add(unit, evening)
        }
        try sink("truth.json", truth.finish())
    }

    /// `truth.json` alone, for a run that must not see the observations yet.
    package var truthJSON: String {
        var truth = TruthText(world: self)
        for unit in units { truth.add(unit, evening(of: unit)) }
        return truth.finish()
    }

    package var unitsCSV: String {
        units.reduce(into: "code,name,expected_households,expected_residents,duty_telephone\n") { text, unit in
            text +=
                "\(unit.code),\(unit.name),\(unit.expectedHouseholds),\(unit.expectedResidents),\(unit.dutyTelephone)\n"
        }
    }

    package var divisionsCSV: String {
        divisions.reduce(into: "code,name,level,parent_code\n") { text, line in
            text += "\(line.code),\(line.name),\(line.level),\(line.parent)\n"
        }
    }
}

extension CompoundPlan {
    package var registryCSV: String {
        var text = "building,stair_unit,room,residents,state\n"
        for building in buildings {
            for household in households[building.doors] {
                text += "\(building.code),\(household.stairUnit),\(household.room),"
                text += "\(household.residents),\(household.state.rawValue)\n"
            }
        }
        return text
    }
}

extension CompoundPlan {
    package var gatesCSV: String {
        gates.reduce(into: "gate,label\n") { text, gate in text += "\(gate.code),\(gate.label)\n" }
    }
}

extension Evening {
    /// One record a line, in the order of time.
    package var observationsJSONL: String {
        var json = JSONText()
        for record in records {
            record.write(to: &json)
            json.newline()
        }
        return json.text
    }
}
