// Names and encodings of the SK-RM controller, the same as in sysc/model/command.hpp and counters.hpp.
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

  typedef enum logic [2:0] {
    StatusOk          = 3'd0,
    StatusBadOp       = 3'd1,
    StatusBadRow      = 3'd2,
    StatusBadSite     = 3'd3,
    StatusEmptyMask   = 3'd4,
    StatusBadMask     = 3'd5,
    StatusBadWriteAlg = 3'd6
  } status_e;

  // op and write_alg are raw bits: a command may carry an encoding that does not exist.
  typedef struct packed {
    logic [2:0]  op;
    logic [2:0]  write_alg;
    logic [7:0]  site;
    logic [15:0] tag;
    logic [31:0] row;
    logic [63:0] seg_mask;
  } cmd_t;

  // Slot lengths in controller cycles, 1 to 255.
  typedef struct packed {
    logic [7:0] shift;
    logic [7:0] detect;
    logic [7:0] remove;
    logic [7:0] inject;
  } cycles_t;

  // Energies in femtojoules: shift per pulse and track, the others per port that acts.
  typedef struct packed {
    logic [15:0] shift;
    logic [15:0] detect;
    logic [15:0] remove;
    logic [15:0] inject;
  } energy_t;

  // Align is a step of the outbound pass, Return one of the inbound pass.
  typedef enum logic [3:0] {
    Idle    = 4'd0,
    Collect = 4'd1,
    Drain   = 4'd2,
    Align   = 4'd3,
    Detect  = 4'd4,
    Remove  = 4'd5,
    Inject  = 4'd6,
    Return  = 4'd7,
    Respond = 4'd8
  } state_e;

  // Everything that is counted, in the order of sysc/model/counters.hpp.
  typedef enum logic [4:0] {
    StatCycles,
    StatCyclesIdle,
    StatCyclesDispatch,
    StatCyclesCollect,
    StatCyclesDataWait,
    StatCyclesRespond,
    StatCyclesRespondWait,
    StatCyclesShift,
    StatCyclesDetect,
    StatCyclesRemove,
    StatCyclesInject,
    StatShifts,
    StatTrackSteps,
    StatDetects,
    StatRemoves,
    StatEmptyRemoves,
    StatInjects,
    StatEnergyFj,
    StatReads,
    StatWritesNaive,
    StatWritesDcw,
    StatErases,
    StatBarriers,
    StatRefused,
    StatWordsRead,
    StatWordsWritten,
    StatQueueCycles,
    StatRecoveries
  } stat_e;

  localparam int unsigned StatCount = 32'(StatRecoveries) + 1;

endpackage
