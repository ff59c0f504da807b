/// Why a record was not taken. Nothing of it was written; its sender has to change something.
///
/// `code` is for programs and for the message catalogues (`intake.<code>`); `field` says where.
package struct IntakeError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case notUTF8 = "not_utf8"
        case notJSON = "not_json"
        case tooDeep = "too_deep"
        case numberTooLarge = "number_too_large"
        case tooLarge = "too_large"
        case tooMany = "too_many"
        case notAnObject = "not_an_object"
        case kindUnknown = "kind_unknown"
        case fieldMissing = "field_missing"
        case fieldWrongType = "field_wrong_type"
        case notANumber = "not_a_number"
        case fieldOutOfRange = "field_out_of_range"
        case notACode = "not_a_code"
        case notAName = "not_a_name"
        case namesUnclear = "names_unclear"
        case notATime = "not_a_time"
        case timeAhead = "time_ahead"
        case leftBeforeCame = "left_before_came"
        case cameAndLeft = "came_and_left"
        case idInvalid = "id_invalid"
        case idReused = "id_reused"
        case dispositionUnknown = "disposition_unknown"
        case peopleNotExpected = "people_not_expected"
        case peopleMissing = "people_missing"
        case peopleClassUnknown = "people_class_unknown"
        case volunteerUnknown = "volunteer_unknown"
        case dutyRestricted = "duty_restricted"
        case doorUnknown = "door_unknown"
        case buildingUnknown = "building_unknown"
        case buildingTooLarge = "building_too_large"
        case itemUnknown = "item_unknown"
        case directiveUnknown = "directive_unknown"
        case offerUnknown = "offer_unknown"
        case notTargets = "not_targets"
        case targetsOutOfOrder = "targets_out_of_order"
        case targetAfterDeadline = "target_after_deadline"
        case checkedByOneself = "checked_by_oneself"
        case nothingToUndo = "nothing_to_undo"
        case workRecorded = "work_recorded"
        case whyMissing = "why_missing"
        case stateUnknown = "state_unknown"
        case evidenceUnknown = "evidence_unknown"
        case notInvited = "not_invited"
        case otherCompound = "other_compound"
        case doorTaken = "door_taken"
        case diskFull = "disk_full"
        case readOnly = "read_only"
        case diskFails = "disk_fails"
        case storeFailed = "store_failed"
    }

    package var code: Code
    package var field: String
    /// The value at fault, shortened.
    package var value: String

    package init(_ code: Code, field: String = "", value: String = "") {
        self.code = code
        self.field = field
        self.value = String(value.prefix(80))
    }

    package var description: String {
        "\(code.rawValue)\(field.isEmpty ? "" : " in '\(field)'")\(value.isEmpty ? "" : ": \(value)")"
    }
}
