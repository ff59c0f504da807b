extension Record {
    /// One JSON object in the shape of the node's `POST /api/v1/records`, without a line end.
    package var json: String {
        var json = JSONText()
        write(to: &json)
        return json.text
    }

    func write(to json: inout JSONText) {
        json.object { json in
            json.member("kind", kind)
            json.key("id")
            json.identifier(id)
            switch content {
            case .building(let building): building.write(to: &json)
            case .household(let household): household.write(to: &json)
            case .visit(let visit, let door): visit.write(to: &json, door: door)
            case .need(let required): Record.writeTask(to: &json) { $0.member("required", required) }
            case .fill(let volunteer, let state):
                Record.writeTask(to: &json) {
                    $0.member("volunteer", volunteer)
                    $0.member("state", state.rawValue)
                }
            case .claim(let building, let volunteer, let state):
                Record.writeTask(to: &json) {
                    $0.member("building", building)
                    $0.member("volunteer", volunteer)
                    $0.member("state", state.rawValue)
                }
            }
            json.member("recorder", recorder)
            json.member("observed_at", observedAt)
        }
    }

    private var kind: String {
        switch content {
        case .building: "building"
        case .household: "household"
        case .visit: "visit"
        case .need: "need"
        case .fill: "fill"
        case .claim: "claim"
        }
    }

    private static func writeTask(to json: inout JSONText, _ members: (inout JSONText) -> Void) {
        json.member("task", Evening.campaign)
        members(&json)
    }
}

extension BuildingPlan {
    fileprivate func write(to json: inout JSONText) {
        json.member("building", code)
        json.member("label", label)
        json.member("stair_units", stairUnits)
        json.member("floors", floors)
        json.member("doors_per_floor", doorsPerFloor)
    }
}

extension Household {
    fileprivate func write(to json: inout JSONText) {
        json.member("door", code)
        json.member("residents", residents)
        json.member("state", state.rawValue)
    }
}

extension Visit {
    fileprivate func write(to json: inout JSONText, door: String) {
        json.member("campaign", Evening.campaign)
        json.member("door", door)
        json.member("disposition", disposition.rawValue)
        if let people {
            json.key("people")
            json.object { json in
                // All classes, zeros too: a stranger who reads the file needs no rule for what is absent.
                for part in PeopleClass.allCases where part != .unsurveyed { json.member(part.code, people[part]) }
            }
        }
        json.member("evidence", evidence.rawValue)
        json.member("device", device)
        if let supersedes {
            json.key("supersedes")
            json.array { $0.identifier(supersedes) }
        }
    }
}
