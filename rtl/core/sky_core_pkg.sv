// Names and encodings of the core: what an instruction is once it is decoded, and the numbers of the CSRs.
package sky_core_pkg;

  // What X does with an instruction.
  typedef enum logic [3:0] {
    ClassAlu,      // and lui, auipc, fence (which does nothing)
    ClassBranch,
    ClassJal,
    ClassJalr,
    ClassLoad,
    ClassStore,
    ClassMul,
    ClassDiv,
    ClassCsr,
    ClassFenceI,
    ClassEcall,
    ClassEbreak,
    ClassMret,
    ClassWfi,
    ClassIllegal
  } class_e;

  typedef enum logic [3:0] {
    AluAdd,
    AluSub,
    AluSll,
    AluSlt,
    AluSltu,
    AluXor,
    AluSrl,
    AluSra,
    AluOr,
    AluAnd
  } alu_e;

  // First operand of the ALU.
  typedef enum logic [1:0] {
    FirstRegister,
    FirstPc,
    FirstZero
  } first_e;

  // read1, read2 and write are about the register file: never x0. A register that is not read or written has number 0.
  typedef struct packed {
    class_e      kind;
    alu_e        alu;
    first_e      first;
    logic        second_immediate;
    logic [2:0]  funct3;
    logic [31:0] immediate;
    logic        read1;
    logic        read2;
    logic        write;
    logic [4:0]  rs1;
    logic [4:0]  rs2;
    logic [4:0]  rd;
    logic        operand_immediate;  // CSR: five bits of the instruction instead of a register
    logic        csr_write;
    logic        recommends;         // a mode for the register file: bit 0 of the immediate
  } decoded_t;

  // mcause of exceptions, and of interrupts without bit 31.
  localparam logic [4:0] CauseFetchFault      = 5'd1;
  localparam logic [4:0] CauseIllegal         = 5'd2;
  localparam logic [4:0] CauseBreakpoint      = 5'd3;
  localparam logic [4:0] CauseLoadMisaligned  = 5'd4;
  localparam logic [4:0] CauseLoadFault       = 5'd5;
  localparam logic [4:0] CauseStoreMisaligned = 5'd6;
  localparam logic [4:0] CauseStoreFault      = 5'd7;
  localparam logic [4:0] CauseEcall           = 5'd11;
  localparam logic [4:0] CauseMachineCheck    = 5'd24;
  localparam logic [4:0] IrqSoftware          = 5'd3;
  localparam logic [4:0] IrqTimer             = 5'd7;
  localparam logic [4:0] IrqExternal          = 5'd11;
  localparam logic [4:0] IrqLocal             = 5'd16;

  localparam logic [11:0] CsrMstatus       = 12'h300;
  localparam logic [11:0] CsrMisa          = 12'h301;
  localparam logic [11:0] CsrMie           = 12'h304;
  localparam logic [11:0] CsrMtvec         = 12'h305;
  localparam logic [11:0] CsrMstatush      = 12'h310;
  localparam logic [11:0] CsrMcountinhibit = 12'h320;
  localparam logic [11:0] CsrMscratch      = 12'h340;
  localparam logic [11:0] CsrMepc          = 12'h341;
  localparam logic [11:0] CsrMcause        = 12'h342;
  localparam logic [11:0] CsrMtval         = 12'h343;
  localparam logic [11:0] CsrMip           = 12'h344;
  localparam logic [11:0] CsrRfmode        = 12'h7C0;
  localparam logic [11:0] CsrRfctl         = 12'h7C1;
  localparam logic [11:0] CsrRfwant        = 12'h7C2;
  localparam logic [11:0] CsrRfmask        = 12'h7C3;
  localparam logic [11:0] CsrRftable       = 12'h7C4;
  localparam logic [11:0] CsrRflength      = 12'h7C5;
  localparam logic [11:0] CsrRfentry       = 12'h7C6;
  localparam logic [11:0] CsrRfentryPc     = 12'h7C7;
  localparam logic [11:0] CsrRfentryMode   = 12'h7C8;
  localparam logic [11:0] CsrRfentryMask   = 12'h7C9;
  localparam logic [11:0] CsrRfplace       = 12'h7CA;
  localparam logic [11:0] CsrRflow         = 12'h7CB;
  localparam logic [11:0] CsrRfhigh        = 12'h7CC;
  localparam logic [11:0] CsrRfmiss        = 12'h7CD;
  localparam logic [11:0] CsrMcycle        = 12'hB00;
  localparam logic [11:0] CsrMinstret      = 12'hB02;
  localparam logic [11:0] CsrMcycleh       = 12'hB80;
  localparam logic [11:0] CsrMinstreth     = 12'hB82;
  localparam logic [11:0] CsrCycle         = 12'hC00;
  localparam logic [11:0] CsrTime          = 12'hC01;
  localparam logic [11:0] CsrInstret       = 12'hC02;
  localparam logic [11:0] CsrCycleh        = 12'hC80;
  localparam logic [11:0] CsrTimeh         = 12'hC81;
  localparam logic [11:0] CsrInstreth      = 12'hC82;
  localparam logic [11:0] CsrMvendorid     = 12'hF11;
  localparam logic [11:0] CsrMarchid       = 12'hF12;
  localparam logic [11:0] CsrMimpid        = 12'hF13;
  localparam logic [11:0] CsrMhartid       = 12'hF14;
  localparam logic [11:0] CsrRfcounter     = 12'hFC0;  // + 0 to 9: low words
  localparam logic [11:0] CsrRfcounterh    = 12'hFD0;  // + 0 to 9: high words
  localparam logic [11:0] CsrRfbusy        = 12'hFE0;

  localparam int unsigned RfCounters   = 10;  // the order of model::rf::Counter
  localparam int unsigned MatchEntries = 16;

  // slti x0, x0, 0x7C0 + mode: a HINT of those that no standard will use.
  localparam logic [10:0] HintImmediate = 11'h3E0;
  localparam logic [19:0] HintRest      = 20'h02013;
  localparam logic [31:0] AllLive       = 32'hFFFF_FFFE;

  localparam logic [31:0] Misa = 32'h4000_1104;  // 32 bits; I, M, C

endpackage
