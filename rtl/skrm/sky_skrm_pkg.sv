// Names and encodings of the SK-RM controller, the same as in sysc/model/{command,policy,costs,counters}.hpp.
package sky_skrm_pkg;

  typedef enum logic [2:0] {
    OpRead    = 3'd0,
    OpWrite   = 3'd1,
    OpErase   = 3'd2,
    OpScan    = 3'd3,
    OpBarrier = 3'd4
  } op_e;

  typedef enum logic [2:0] {
    AlgNaive = 3'd0,
    AlgDcw   = 3'd1,
    AlgPw    = 3'd2,
    AlgFnw   = 3'd3,
    AlgPwFnw = 3'd4,
    AlgAuto  = 3'd5
  } write_alg_e;

  typedef enum logic [3:0] {
    StatusOk           = 4'd0,
    StatusBadOp        = 4'd1,
    StatusBadRow       = 4'd2,
    StatusBadSite      = 4'd3,
    StatusEmptyMask    = 4'd4,
    StatusBadMask      = 4'd5,
    StatusBadWriteAlg  = 4'd6,
    StatusNoFlagSite   = 4'd7,
    StatusManySegments = 4'd8,
    StatusProtected    = 4'd9,
    StatusPositionLost = 4'd10
  } status_e;

  typedef enum logic [1:0] {
    SchedFcfs     = 2'd0,
    SchedNearest  = 2'd1,
    SchedElevator = 2'd2,
    SchedCoalesce = 2'd3
  } scheduler_e;

  typedef enum logic [1:0] {
    ChargePerTrack    = 2'd0,
    ChargePerPulse    = 2'd1,
    ChargePerSkyrmion = 2'd2
  } shift_charge_e;

  // op and write_alg are raw bits: a command may carry an encoding that does not exist.
  typedef struct packed {
    logic [2:0]  op;
    logic [2:0]  write_alg;
    logic [7:0]  site;
    logic [15:0] tag;
    logic [31:0] row;
    logic [63:0] seg_mask;
  } cmd_t;

  // A command that was looked at: whether it can be done, and what AUTO stands for.
  typedef struct packed {
    cmd_t       cmd;
    status_e    status;
    logic [2:0] alg;
  } request_t;

  // Slot lengths in controller cycles; all but a shift may be 0.
  typedef struct packed {
    logic [7:0] shift;
    logic [7:0] relax;
    logic [7:0] detect;
    logic [7:0] remove;
    logic [7:0] inject;
  } cycles_t;

  // Energies in femtojoules, and what they are charged for.
  typedef struct packed {
    logic [15:0]   shift;
    logic [15:0]   detect;
    logic [15:0]   remove;
    logic [15:0]   inject;
    shift_charge_e shift_charge;
    logic          remove_per_skyrmion;
  } energy_t;

  // How the controller works: sysc/model/policy.hpp.
  typedef struct packed {
    scheduler_e scheduler;
    logic       stay;
    logic [7:0] age_cap;
    logic [6:0] max_ports_driven;
    logic       overlap;
    logic       auto_permutes;
  } policy_t;

  // Everything that is counted, in the order of sysc/model/counters.hpp.
  typedef enum logic [5:0] {
    StatCycles,
    StatCyclesIdle,
    StatCyclesBlocked,
    StatCyclesDispatch,
    StatCyclesRespond,
    StatCyclesRespondWait,
    StatCyclesSettle,
    StatCyclesShift,
    StatCyclesRelax,
    StatCyclesDetect,
    StatCyclesRemove,
    StatCyclesInject,
    StatCyclesOverlap,
    StatCyclesCheck,
    StatShifts,
    StatTrackSteps,
    StatDetects,
    StatRemoves,
    StatEmptyRemoves,
    StatInjects,
    StatEnergyFj,
    StatPasses,
    StatReads,
    StatWritesNaive,
    StatWritesDcw,
    StatWritesPw,
    StatWritesFnw,
    StatWritesPwFnw,
    StatAutoPermutes,
    StatAutoCompares,
    StatErases,
    StatScans,
    StatScanStops,
    StatBarriers,
    StatRefused,
    StatCoalesced,
    StatWordsRead,
    StatWordsWritten,
    StatQueueCycles,
    StatChecks,
    StatCorrections,
    StatPositionErrors,
    StatRecoveries
  } stat_e;

  localparam int unsigned StatCount = 32'(StatRecoveries) + 1;

  // The place of the lowest bit that is set; 0 where none is.
  function automatic logic [5:0] lowest(input logic [63:0] bits);
    logic [63:0] one;
    one = bits & (~bits + 64'd1);
    return {(one & 64'hffffffff_00000000) != 64'd0, (one & 64'hffff0000_ffff0000) != 64'd0,
            (one & 64'hff00ff00_ff00ff00) != 64'd0, (one & 64'hf0f0f0f0_f0f0f0f0) != 64'd0,
            (one & 64'hcccccccc_cccccccc) != 64'd0, (one & 64'haaaaaaaa_aaaaaaaa) != 64'd0};
  endfunction

endpackage
